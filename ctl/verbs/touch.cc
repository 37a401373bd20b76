// See touch.h.
#include "ctl/verbs/touch.h"

#include "ctl/printers/progress.h"

namespace muster {

void TouchVerb::add_options(Options& options) {
  const Option names =
      options.texts("NAME", names_, "Types (web), processes (web.1) or patterns ('w*')");
  if (needed_ == Names::required) names.required();
  add_timeout(options, seconds_);
}

Outcome<int> TouchVerb::run(Session& session) {
  // Stopping may take as long as the processes' grace: what is waited for is on the screen.
  const auto heads = progress_heads(doing_, names_);
  session.out.write(heads.front());
  session.out.flush();
  auto reply = ask<DoneReply>(session, make_request_(names_), nanos_of(seconds_));
  session.out.write(reply ? "done\n" : "failed\n");
  if (!reply) return tl::unexpected(reply.error());
  for (size_t i = 1; i < heads.size(); ++i) session.out.write(heads[i] + "done\n");
  return status_done;
}

}  // namespace muster
