// ctl logs: what the processes printed and what muster did. From the daemon while it runs, else
// from the journal itself.
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "ctl/logs/query.h"
#include "ctl/logs/view.h"
#include "ctl/verbs/verbs.h"
#include "proto/subscriber.h"
#include "router/replay.h"

namespace muster {
namespace {

// A quiet log is a good moment to see whether anybody still reads what we print.
constexpr Nanos reader_check = 1s;
constexpr size_t journal_read = 256 << 10;

class Logs : public Verb {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("-n,--num", query_.lines,
                   "The last so many lines; default: 100, or all with --since or --from")
        ->check(CLI::NonNegativeNumber)
        ->option_text("N");
    auto* tail = app.add_flag("-t,--tail", follow_, "Go on with what is printed from now on");
    app.add_option("-p,--ps", query_.processes, "Only of this type or process; may be given again")
        ->allow_extra_args(false)
        ->option_text("NAME");
    app.add_option("-s,--source", query_.source,
                   "Only what the app's processes printed, or only what muster did")
        ->check(CLI::IsMember({"app", "muster"}))
        ->option_text("app|muster");
    app.add_option("--since", query_.since, "From a time on: 2026-11-22T10:15:02Z, 10:15, 10m, 2h")
        ->option_text("TIME");
    app.add_option("--until", query_.until, "Up to a time")->excludes(tail)->option_text("TIME");
    app.add_option("--from", query_.from, "From a record's number on")
        ->check(CLI::NonNegativeNumber)
        ->option_text("SEQ");
    app.add_flag("--json", json_, "An object a line");
    app.add_flag("--no-color", no_colour_, "No colours on a terminal either");
  }

  Outcome<int> run(Session& session) override {
    auto request = replay_request(query_, read_clocks().wall);
    if (!request) return failure(ExitCode::usage, request.message());
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    LogView view(make_printer(session.out), lines_wanted(query_), session.out);
    return daemon_runs(*endpoints) ? from_daemon(*endpoints, *request, view, session.out)
                                   : from_journal(*endpoints, *request, view, session.out);
  }

 private:
  std::unique_ptr<LogPrinter> make_printer(const Output& out) const {
    if (json_) return make_json_printer();
    const bool terminal = out.is_terminal();
    const bool wanted = !no_colour_ && environment_variable("NO_COLOR").value_or("").empty() &&
                        environment_variable("TERM").value_or("") != "dumb";
    return make_text_printer({.colours = terminal && wanted, .escapes = terminal});
  }

  Outcome<int> from_journal(const Endpoints& endpoints, const ReplayRequest& request, LogView& view,
                            const Output& out) const {
    if (::access(endpoints.journal_dir().c_str(), F_OK) != 0)
      return failure(ExitCode::no_daemon,
                     fmt::format("'{}' is not running and has no log in {}; start it with: musterd",
                                 endpoints.app, endpoints.state_dir));
    auto replay = Replay::open(endpoints.journal_dir(), request);
    if (!replay) return failure(ExitCode::no, replay.message());
    while (!out.closed()) {
      auto records = replay->next(journal_read);
      if (!records) return failure(ExitCode::no, records.message());
      if (auto gone = replay->take_gone()) view.lost(gone->first, gone->second);
      if (records->empty()) break;
      for (auto& [topic, payload] : *records) show(view, payload);
    }
    view.finish();
    if (!follow_) return status_done;
    return failure(ExitCode::no_daemon, fmt::format("'{}' is not running: nothing to follow; start "
                                                    "it with: musterd",
                                                    endpoints.app));
  }

  Outcome<int> from_daemon(const Endpoints& endpoints, const ReplayRequest& request, LogView& view,
                           Output& out) const {
    auto subscriber = Subscriber::open(endpoints, caller_name(), {request, follow_});
    if (!subscriber) return tl::unexpected(failure_of(subscriber.error()));
    bool live = false;
    while (!out.closed()) {
      // What has come is written before we wait for more.
      auto delivery = subscriber->next(0s);
      if (delivery && !*delivery) {
        out.flush();
        if (live && out.reader_gone()) break;
        delivery = subscriber->next(live ? reader_check : short_timeout);
        if (delivery && !*delivery && !live)
          return failure(ExitCode::timeout,
                         "the daemon does not answer; try again, or look at its "
                         "process");
      }
      if (!delivery) {
        view.finish();
        return tl::unexpected(failure_of(delivery.error()));
      }
      if (!*delivery) continue;
      switch ((*delivery)->kind) {
        case Delivery::Kind::record:
          show(view, (*delivery)->payload);
          break;
        case Delivery::Kind::lost:
          view.lost((*delivery)->first, (*delivery)->last);
          break;
        case Delivery::Kind::caught_up:
          if (!follow_) {
            view.finish();
            return status_done;
          }
          view.go_live();
          live = true;
      }
    }
    return status_done;
  }

  static void show(LogView& view, std::string_view payload) {
    if (auto shown = view.add(payload); !shown) tell(shown.message());
  }

  LogQuery query_;
  bool follow_ = false, json_ = false, no_colour_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_logs() { return std::make_unique<Logs>(); }

}  // namespace muster
