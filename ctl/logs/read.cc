// See read.h.
#include "ctl/logs/read.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <algorithm>

#include "ctl/logs/reconnect.h"
#include "ctl/logs/view.h"
#include "proto/subscriber.h"
#include "router/file_reader.h"
#include "router/replay.h"

namespace muster {
namespace {

// A quiet log is a good moment to see whether anybody still reads what we print.
constexpr Nanos reader_check = 1s;
constexpr size_t journal_read = 256 << 10;
// Between asking a daemon that has refused and asking it again.
constexpr int refused_pause_ms = 500;

void show(LogView& view, std::string_view payload) {
  if (auto shown = view.add(payload); !shown) tell(shown.message());
}

void tell_if_beyond(const ReplayRequest& request, uint64_t head) {
  if (request.from && *request.from > head + 1)
    tell(fmt::format("--from {}: the log has no such record yet, its last is {}", *request.from,
                     head));
}

// Returns the last number that it has passed.
Outcome<uint64_t> show_journal(const Endpoints& endpoints, const ReplayRequest& request,
                               LogView& view, const Output& out) {
  auto replay = Replay::open(endpoints.journal_dir(), request);
  if (!replay) return failure(ExitCode::no, replay.message());
  const bool is_filtered = !request.topics.empty();
  while (!out.closed()) {
    auto records = replay->next(journal_read);
    if (!records) return failure(ExitCode::no, records.message());
    if (auto gone = replay->take_loss())
      view.lost({gone->range, gone->loss, false, is_filtered}, read_clocks().wall);
    if (records->empty()) break;
    for (auto& [topic, payload] : *records) show(view, payload);
  }
  view.finish();
  tell_if_beyond(request, replay->head());
  return replay->head();
}

Outcome<int> from_journal(const Endpoints& endpoints, const ReplayRequest& request, LogView& view,
                          bool follow, const Output& out) {
  if (auto state = open_state_directory(endpoints, ::geteuid()); !state)
    return failure(ExitCode::no_daemon, state.message());
  if (::access(endpoints.journal_dir().c_str(), F_OK) != 0)
    return failure(ExitCode::no_daemon,
                   fmt::format("'{}' is not running and has no log in {}; start it with: musterd",
                               endpoints.app, endpoints.state_dir));
  if (auto shown = show_journal(endpoints, request, view, out); !shown)
    return tl::unexpected(shown.error());
  if (!follow) return status_done;
  return failure(ExitCode::no_daemon, fmt::format("'{}' is not running: nothing to follow; start "
                                                  "it with: musterd",
                                                  endpoints.app));
}

// A daemon that serves as many as it may refuses one more: all that it has stands in the journal,
// and what follows is asked for again a moment later.
Outcome<> show_meanwhile(const Endpoints& endpoints, ReplayRequest& request, LogView& view,
                         Output& out) {
  if (endpoints.far) {
    ::poll(nullptr, 0, refused_pause_ms);
    return {};
  }
  auto head = show_journal(endpoints, request, view, out);
  if (!head) return tl::unexpected(head.error());
  request.from = std::max(request.from.value_or(0), *head + 1);
  request.lines.reset();
  request.since.reset();
  out.flush();
  ::poll(nullptr, 0, refused_pause_ms);
  return {};
}

// A reader does not have to look for where the lines ended.
ClientError going_on(ClientError error, const Subscriber& subscriber) {
  if (error.trouble == ClientTrouble::lost && subscriber.resume_from() > 0)
    error.message +=
        fmt::format("; the log goes on there, from: ctl logs --from {}", subscriber.resume_from());
  return error;
}

ReplayRequest rest_of(const ReplayRequest& request, const Subscriber& subscriber) {
  ReplayRequest rest;
  rest.from = subscriber.resume_from();
  rest.topics = request.topics;
  rest.have = subscriber.have();
  rest.journal = subscriber.journal();
  return rest;
}

Outcome<int> from_daemon(const Endpoints& endpoints, const ReplayRequest& request, LogView& view,
                         const LogReading& reading, Output& out, Ended& ended) {
  const bool follow = reading.follow;
  const bool goes_on = !request.journal.empty();  // after another one that was lost
  auto subscriber =
      Subscriber::open(endpoints, caller_name(), {request, follow, journal_files(endpoints)});
  if (!subscriber) {
    if (goes_on && subscriber.error().trouble == ClientTrouble::lost)
      ended = {.lost = subscriber.error().message, .rest = request};
    return tl::unexpected(failure_of(subscriber.error()));
  }
  bool live = false, begun = false;
  while (!out.closed()) {
    // Records that have come are written before we wait for more.
    auto delivery = subscriber->next(0s);
    if (delivery && !*delivery) {
      out.flush();
      if (live && out.reader_gone()) break;
      delivery = subscriber->next(live ? reader_check : short_timeout);
      if (delivery && !*delivery && !live)
        return failure(ExitCode::timeout,
                       "the daemon does not answer; try again, or look at its process");
    }
    if (!delivery) {
      const bool gone = delivery.error().trouble == ClientTrouble::no_daemon;
      ended.refused = delivery.error().trouble == ClientTrouble::refused && !begun;
      if (ended.refused) return status_done;
      if (endpoints.far) {
        if ((begun || goes_on) && delivery.error().trouble == ClientTrouble::lost) {
          ended.lost = delivery.error().message;
          ended.rest = rest_of(request, *subscriber);
        }
        return tl::unexpected(failure_of(going_on(delivery.error(), *subscriber)));
      }
      if (gone && !follow && !begun) return from_journal(endpoints, request, view, follow, out);
      // The last records of a daemon may not reach a follower, but they stand in the journal.
      if (gone && live)
        (void)show_journal(endpoints, rest_of(request, *subscriber), view, out);
      else
        view.finish();
      return tl::unexpected(failure_of(delivery.error()));
    }
    if (!*delivery) continue;
    begun = true;
    switch ((*delivery)->kind) {
      case Delivery::Kind::record:
        show(view, (*delivery)->payload);
        break;
      case Delivery::Kind::lost:
        view.lost({{(*delivery)->first, (*delivery)->last},
                   (*delivery)->loss,
                   (*delivery)->came_late,
                   !request.topics.empty()},
                  read_clocks().wall);
        break;
      case Delivery::Kind::anew:
        view.anew(read_clocks().wall);
        break;
      case Delivery::Kind::caught_up:
        tell_if_beyond(request, (*delivery)->head);
        if (!follow) {
          view.finish();
          return status_done;
        }
        view.go_live();
        if (view.to_be_read_again()) return status_done;
        live = true;
    }
  }
  return status_done;
}

// Goes on where it was after the connection to another machine was lost.
Outcome<int> from_whoever_has_it(const Session& session, Endpoints endpoints, ReplayRequest request,
                                 LogView& view, const LogReading& reading) {
  Output& out = session.out;
  if (!endpoints.far && !daemon_runs(endpoints))
    return from_journal(endpoints, request, view, reading.follow, out);
  for (;;) {
    Ended ended;
    auto status = from_daemon(endpoints, request, view, reading, out, ended);
    if (ended.rest) {
      out.flush();
      if (auto again = connect_again(session, ended.lost)) {
        endpoints = std::move(*again);
        request = std::move(*ended.rest);
        continue;
      }
    }
    if (!ended.refused) {
      if (!status && endpoints.far) view.finish();
      return status;
    }
    if (!reading.follow && !endpoints.far)
      return from_journal(endpoints, request, view, false, out);
    if (auto shown = show_meanwhile(endpoints, request, view, out); !shown)
      return tl::unexpected(shown.error());
    if (out.closed() || out.reader_gone()) return status_done;
  }
}

// Patterns mean what the daemon has now.
Outcome<void> expand_patterns(const Session& session, LogQuery& query) {
  std::vector<std::string> names;
  for (auto& word : query.processes) {
    if (word.find_first_of("*?[") == word.npos) {
      names.push_back(word);
      continue;
    }
    auto reply = ask<PsReply>(session, PsRequest{{word}}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    for (auto& row : reply->processes) names.push_back(row.process);
    if (reply->processes.empty())
      return failure(ExitCode::no, fmt::format("No process is called like {} now", word));
  }
  query.processes = std::move(names);
  return {};
}

bool far_log_has(const Endpoints& endpoints, ReplayRequest request) {
  auto subscriber = Subscriber::open(endpoints, caller_name(), {std::move(request), false});
  if (!subscriber) return true;
  auto delivery = subscriber->next(short_timeout);
  return !delivery || !*delivery || (*delivery)->kind != Delivery::Kind::caught_up;
}

bool log_has(const Endpoints& endpoints, const std::string& name) {
  LogQuery query;
  query.processes = {name};
  if (endpoints.far) return far_log_has(endpoints, {.lines = 1, .topics = topics_of(query)});
  auto replay = Replay::open(endpoints.journal_dir(), {.lines = 1, .topics = topics_of(query)});
  if (!replay) return true;  // who reads on is told why it cannot be read
  auto records = replay->next(1);
  return !records || !records->empty();
}

// A name that is written wrong would look like a process that is quiet. So each must be one of the
// app's now, or one of which the log has something.
Outcome<void> check_names(const Session& session, const Endpoints& endpoints,
                          const LogQuery& query) {
  const bool runs = daemon_runs(endpoints);
  for (auto& name : query.processes) {
    if (name == "api" || name == "router") continue;
    std::string unknown = fmt::format("No process or type is called {}", name);
    if (runs) {
      auto reply = ask<PsReply>(session, PsRequest{{name}}, short_timeout);
      if (reply) continue;
      const auto code = reply.error().code;
      if (code != ExitCode::no && code != ExitCode::no_daemon) return tl::unexpected(reply.error());
      unknown = reply.error().message;
    }
    if (!log_has(endpoints, name))
      return failure(ExitCode::no, fmt::format("{}\nThe log has nothing of {}", unknown, name));
  }
  return {};
}

Result<LogViewOptions> view_options(const LogQuery& query) {
  auto pattern = LinePattern::compile(query.pattern);
  if (!pattern) return tl::unexpected(pattern.error());
  return LogViewOptions{lines_wanted(query), std::move(*pattern)};
}

}  // namespace

Outcome<int> read_logs(const Session& session, LogReading reading) {
  reading.query.starts_in_one_line = reading.starts_in_one_line && !reading.json &&
                                     !reading.query.pattern && session.out.is_terminal() &&
                                     time_of(reading, session) != LogTime::full;
  if (auto expanded = expand_patterns(session, reading.query); !expanded)
    return tl::unexpected(expanded.error());
  auto request = replay_request(reading.query, read_clocks().wall);
  if (!request) return failure(ExitCode::usage, request.message());
  auto options = view_options(reading.query);
  if (!options) return failure(ExitCode::usage, options.message());
  auto endpoints = find_endpoints(session);
  if (!endpoints) return tl::unexpected(endpoints.error());
  if (auto own = check_daemon(*endpoints); !own) return failure(ExitCode::no_daemon, own.message());
  for (auto& doubt : doubts_of(reading.query, *request, read_clocks().wall)) tell(doubt);
  if (auto known = check_names(session, *endpoints, reading.query); !known)
    return tl::unexpected(known.error());
  LogView view(make_printer(reading, session, *endpoints), std::move(*options), session.out);
  auto status = from_whoever_has_it(session, *endpoints, *request, view, reading);
  const auto again = view.to_be_read_again();
  if (!status || !again) return status;
  // The last lines are too long to be kept until it is clear which they are. Now it is.
  request->from = again->seq;
  request->lines.reset();
  options = view_options(reading.query);
  if (!options) return failure(ExitCode::usage, options.message());
  options->last_lines.reset();
  options->begin = *again;
  LogView second(make_printer(reading, session, *endpoints), std::move(*options), session.out);
  return from_whoever_has_it(session, *endpoints, *request, second, reading);
}

}  // namespace muster
