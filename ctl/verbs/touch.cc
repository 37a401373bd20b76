// See touch.h.
#include "ctl/verbs/touch.h"

#include "ctl/printers/progress.h"

namespace muster {

void TouchVerb::add_options(Options& options) {
  const Option names =
      options.texts("NAME", names_, "Types (web), processes (web.1) or patterns ('w*')");
  if (needed_ == Names::required) names.required();
  add_patience(options, patience_);
}

Outcome<int> TouchVerb::run(Session& session) {
  // It may take as long as the processes do: what is waited for is on the screen.
  const auto heads = progress_heads(doing_, names_);
  session.out.write(heads.front());
  session.out.flush();
  const MonoTime begun = read_clocks().mono;
  const bool anew = doing_ == "Restarting";
  const auto count = [&] {
    return count_up(session, names_, anew ? std::optional(begun) : std::nullopt);
  };
  auto reply = ask_patiently<DoneReply>(session, make_request_(names_, patience_.wait()), patience_,
                                        {heads.front(), true, count});
  session.out.write(reply ? "done\n" : "failed\n");
  if (!reply) return tl::unexpected(reply.error());
  for (size_t i = 1; i < heads.size(); ++i) session.out.write(heads[i] + "done\n");
  return status_done;
}

}  // namespace muster
