// ctl logs: what the processes printed and what muster did.

#include "ctl/logs/read.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr uint64_t lines_into_pipes = 1500;  // as many as Heroku kept at all

class Logs : public Verb {
 public:
  Logs() { reading_.starts_in_one_line = true; }

  void add_options(Options& options) override {
    add_lines(options, reading_.query.lines,
              "The last so many lines, or all; default: 100, into a pipe or a file 1500, all with "
              "--since or --from");
    const Option tail = options.flag("-t,--tail,-f,--follow", reading_.follow,
                                     "Go on with what is printed from now on");
    options.texts("NAME", names_, "The same as -p NAME");
    options
        .texts("-p,--ps", reading_.query.processes,
               "Only of this type, process or pattern ('w*'); may be given again")
        .shown_as("NAME");
    options
        .text("-s,--source", reading_.query.source,
              "Only what the app's processes printed, or only what muster did")
        .one_of({"app", "muster"})
        .shown_as("app|muster");
    options
        .text("--since", reading_.query.since,
              "From a time on: 2026-11-22T10:15:02Z, 10:15, yesterday, 10m, 1h30m, '2 hours ago'")
        .shown_as("TIME");
    options.text("--until", reading_.query.until, "Up to a time").excludes(tail).shown_as("TIME");
    options.number("--from", reading_.query.from, "From a record's number on")
        .whole_number()
        .shown_as("SEQ");
    options
        .text("--grep", reading_.query.pattern,
              "Only lines in which an extended regular expression matches")
        .shown_as("REGEX");
    add_look(options, reading_);
  }

  Outcome<int> run(Session& session) override {
    auto& query = reading_.query;
    query.processes.insert(query.processes.end(), names_.begin(), names_.end());
    const bool has_start = query.lines || query.from || query.since;
    // To be searched and not to be looked at: `ctl logs | grep Scale`.
    if (!has_start && !reading_.follow && !session.out.is_terminal())
      query.lines = lines_into_pipes;
    return read_logs(session, reading_);
  }

 private:
  LogReading reading_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Verb> make_logs() { return std::make_unique<Logs>(); }

}  // namespace muster
