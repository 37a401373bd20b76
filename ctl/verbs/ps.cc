// ctl ps: the processes and their states.
#include <fmt/format.h>
#include <cstdint>
#include <thread>

#include "ctl/printers/ps.h"
#include "ctl/raw_terminal.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr auto watch_pause = 1s;
constexpr std::string_view clear_screen = "\x1b[H\x1b[J";  // from the top left on

class Ps : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("NAME", names_, "Only these types (web) or processes (web.1)");
    const Option json = options.flag("--json", json_, "An array of objects instead of the table");
    options.flag("-u,--usage", usage_, "Also processor time, memory and restarts");
    options.flag("-w,--watch", watch_, "Once a second, until Ctrl-C or the daemon's end")
        .excludes(json);
  }

  Outcome<int> run(Session& session) override {
    for (;;) {
      auto shown = show(session);
      if (!shown || !watch_ || session.out.reader_gone()) return shown;
      std::this_thread::sleep_for(watch_pause);
    }
  }

 private:
  Outcome<int> show(Session& session) {
    auto reply = ask<PsReply>(session, PsRequest{names_, usage_ || json_}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    if (watch_ && session.out.is_terminal()) session.out.write_controls(clear_screen);
    const size_t columns = session.out.is_terminal() ? RawTerminal::size().second : SIZE_MAX;
    session.out.write(json_    ? ps_json(reply->processes)
                      : usage_ ? ps_usage_table(reply->processes, columns)
                               : ps_table(reply->processes, columns));
    if (json_) return status_done;
    session.out.flush();
    for (auto& row : reply->processes)
      if (row.note) tell(fmt::format("{}: {}", row.process, *row.note));
    return status_done;
  }

  std::vector<std::string> names_;
  bool json_ = false, usage_ = false, watch_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_ps() { return std::make_unique<Ps>(); }

}  // namespace muster
