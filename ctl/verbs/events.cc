// ctl events: what muster does, as it happens: starts, exits, scales, alarms.
#include <CLI/CLI.hpp>

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

  void add_options(CLI::App& app) override {
    app.add_option("NAME", reading_.query.processes,
                   "Only of these types (web) or processes (web.1)");
    app.add_option("-n,--num", reading_.query.lines, "Begin with the last so many")
        ->check(whole_number())
        ->option_text("N [0]");
    add_look(app, reading_);
  }

  Outcome<int> run(Session& session) override { return read_logs(session, reading_); }

 private:
  LogReading reading_;
};

}  // namespace

std::unique_ptr<Verb> make_events() { return std::make_unique<Events>(); }

}  // namespace muster
