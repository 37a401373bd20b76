// A subscriber of muster that verifies every line it gets, by the library that ctl uses. Prints
// "ready" when history is over, and a JSON object at the end.
//   bench_subscribe APP FROM            from record FROM to the newest; FROM 0: from the oldest
//   bench_subscribe APP live LINES TOPIC DELAYS    so many lines from now on, from the files;
//                                                  delays into a file
//   bench_subscribe APP bus LINES TOPIC DELAYS     the same by the bus
#include <fmt/format.h>
#include <unistd.h>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/check_lines.h"
#include "proto/codec.h"
#include "proto/subscriber.h"
#include "router/file_reader.h"

namespace muster::bench {
namespace {

constexpr Nanos patience = 20s;

struct Reading {
  LineCheck check;
  std::map<std::pair<uint64_t, Stream>, std::string> held;  // lines that go on in another record
  uint64_t records_lost = 0;

  void take(std::string_view payload) {
    auto record = decode_record(payload);
    auto* log = record ? std::get_if<LogRecord>(&*record) : nullptr;
    if (!log || log->lines.empty()) return;
    auto lines = std::span(log->lines);
    const std::pair key(log->launch, log->stream);
    if (log->continues) {
      std::string& line = held[key];
      line += lines.front();
      lines = lines.subspan(1);
      if (lines.empty() && log->tail != Tail::newline) return;
      check.take(line);
      held.erase(key);
    }
    if (log->tail != Tail::newline && !lines.empty()) {
      held[key] = lines.back();
      lines = lines.first(lines.size() - 1);
    }
    for (auto line : lines) check.take(line);
  }
};

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int fail_with(std::string_view message) {
  fmt::print(stderr, "bench_subscribe: {}\n", message);
  return 1;
}

int run(const std::vector<std::string>& words) {
  if (words.size() != 2 && words.size() != 5) return fail_with("see the head of subscribe.cc");
  const bool live = words.size() == 5;
  auto number = [](const std::string& word) { return std::strtoull(word.c_str(), nullptr, 10); };
  SubscriberOptions options;
  options.follow = live;
  if (live) {
    options.start.lines = 0;
    options.start.topics = {words[3]};
  } else if (number(words[1]) > 0) {
    options.start.from = number(words[1]);
  }
  const uint64_t wanted = live ? number(words[2]) : UINT64_MAX;

  auto endpoints = endpoints_of(words[0], ::geteuid() == 0, ::geteuid(), variable);
  if (!endpoints) return fail_with(endpoints.message());
  if (words[1] == "live") options.files = journal_files(*endpoints);
  const MonoTime begin = read_clocks().mono;
  auto subscriber = Subscriber::open(*endpoints, caller_name(), options);
  if (!subscriber) return fail_with(subscriber.error().message);
  Reading reading;
  std::optional<MonoTime> first;
  for (bool over = false; !over && reading.check.lines() < wanted;) {
    auto delivery = subscriber->next(patience);
    if (!delivery) return fail_with(delivery.error().message);
    if (!*delivery) break;  // something is missing: the caller counts
    switch ((*delivery)->kind) {
      case Delivery::Kind::record:
        reading.check.received(read_clocks().mono);
        if (!first) first = read_clocks().mono;
        reading.take((*delivery)->payload);
        break;
      case Delivery::Kind::lost:
        reading.records_lost += (*delivery)->last - (*delivery)->first + 1;
        break;
      case Delivery::Kind::anew:
        return fail_with("the journal became another one while it was read");
      case Delivery::Kind::caught_up:
        fmt::print("ready\n");
        std::fflush(stdout);
        over = !live;
    }
  }
  const Now end = read_clocks();
  if (live && !reading.check.write_delays(words[4])) return 1;
  auto since = [&](MonoTime time) { return double((time - begin).count()) / 1e9; };
  fmt::print(
      "{{\"lines\": {}, \"wrong\": {}, \"records_lost\": {}, \"at\": {}, \"first\": {:.6f}, "
      "\"seconds\": {:.6f}}}\n",
      reading.check.lines(), reading.check.wrong(), reading.records_lost,
      end.wall.time_since_epoch().count(), since(first.value_or(end.mono)), since(end.mono));
  return 0;
}

}  // namespace
}  // namespace muster::bench

int main(int argc, char** argv) { return muster::bench::run({argv + 1, argv + argc}); }
