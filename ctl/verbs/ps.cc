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
    options.flag("--wide", wide_, "Also pid, port and restarts, and commands in full");
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
    if (json_) {
      session.out.write(ps_json(reply->processes));
      return status_done;
    }
    const PsLook look = look_of(session);
    session.out.write_controls(usage_ ? ps_usage_table(*reply, look) : ps_table(*reply, look));
    session.out.flush();
    for (auto& line : notes_beside_table(reply->processes)) tell(line);
    return status_done;
  }

  PsLook look_of(const Session& session) const {
    PsLook look;
    look.is_terminal = session.out.is_terminal();
    if (look.is_terminal) look.width = RawTerminal::size().second;
    look.wide = wide_;
    look.colours = has_colours(session);
    if (look.colours) look.types = TypeColours(types_of_app(session));
    look.now = read_clocks().wall;
    return look;
  }

  std::vector<std::string> names_;
  bool json_ = false, usage_ = false, wide_ = false, watch_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_ps() { return std::make_unique<Ps>(); }

}  // namespace muster
