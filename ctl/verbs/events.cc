// ctl events: what muster does, as it happens: starts, exits, scales, alarms.

#include "ctl/logs/read.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Events : public Verb {
 public:
  Events() {
    reading_.query.source = "muster";
    reading_.query.lines = 0;
    reading_.follow = true;
  }

  void add_options(Options& options) override {
    options.texts("NAME", reading_.query.processes,
                  "Only of these types (web) or processes (web.1)");
    add_lines(options, reading_.query.lines,
              "Begin with the last so many, or with all; default: 0");
    add_look(options, reading_);
  }

  Outcome<int> run(Session& session) override { return read_logs(session, reading_); }

 private:
  LogReading reading_;
};

}  // namespace

std::unique_ptr<Verb> make_events() { return std::make_unique<Events>(); }

}  // namespace muster
