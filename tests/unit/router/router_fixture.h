// A router with real pipes, a journal on a disk in memory, and a bus that keeps what it carries.
#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/codec.h"
#include "proto/limits.h"
#include "router/replay.h"
#include "router/router.h"
#include "router/window.h"
#include "tests/support/memory_storage.h"

namespace muster {

struct FakeBus : Bus {
  void publish(std::string_view topic, std::string_view payload) override {
    records.emplace_back(topic, payload);
  }
  std::vector<std::pair<std::string, std::string>> records;
};

// A record as a person would note it down: "web.1 3 one|two", with its tail and what it continues.
inline std::string told(const std::string& payload) {
  auto decoded = decode_record(payload);
  if (!decoded) return decoded.message();
  if (auto* event = std::get_if<EventRecord>(&*decoded)) return event->process + ": " + event->text;
  auto& record = std::get<LogRecord>(*decoded);
  std::string text = std::string(record.process) + (record.stream == Stream::err ? "!" : "");
  text += record.continues ? " +" : " ";
  for (size_t i = 0; i < record.lines.size(); i++) (text += i ? "|" : "") += record.lines[i];
  if (record.tail != Tail::newline) text += " (" + std::string(name_of(record.tail)) + ")";
  return text;
}

struct RouterFixture {
  MemoryDisk disk;
  FakeBus bus;
  journal::Options options;
  UniqueFd windows;  // as a keeper keeps them
  std::optional<Router> router;
  Now now{MonoTime(1000s), WallTime(1'700'000'000s)};

  // A router; if there was one, it is killed.
  Router& recover() {
    router.reset();
    auto mapped = windows ? Windows::adopt(UniqueFd(::dup(windows.get()))) : Windows::anonymous();
    REQUIRE(mapped);
    windows.reset(::dup(mapped->fd()));
    auto opened =
        Router::open(std::make_unique<MemoryStorage>(disk), std::move(*mapped), bus, options);
    if (!opened) FAIL(opened.message());
    router.emplace(std::move(*opened));
    return *router;
  }
  // A router that goes on with no stream.
  Router& open() {
    recover().end_recovery(now);
    return *router;
  }

  struct Child {
    StreamId stream;
    UniqueFd out;
    void print(std::string_view bytes) const {
      REQUIRE(::write(out.get(), bytes.data(), bytes.size()) == ssize_t(bytes.size()));
    }
  };
  Child start(const std::string& process, uint64_t launch = 1, Stream stream = Stream::out) {
    if (!router) open();
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
    REQUIRE(::fcntl(fds[0], F_SETPIPE_SZ, limits::pipe) > 0);
    auto id = router->open_stream(process, launch, stream, UniqueFd(fds[0]));
    REQUIRE(id);
    return {*id, UniqueFd(fds[1])};
  }
  Pumped::State pump(const Child& child, size_t quantum = 1 << 20) {
    return router->pump(child.stream, quantum, now).state;
  }
  void pass(Nanos time) {
    now.mono += time;
    now.wall += time;
  }

  // The records that have been published since the last call.
  std::vector<std::string> published() {
    std::vector<std::string> all;
    for (; told_ < bus.records.size(); told_++) all.push_back(told(bus.records[told_].second));
    return all;
  }
  std::vector<std::string> replayed(const ReplayRequest& request = {}) {
    auto replay = Replay::open(std::make_unique<MemoryStorage>(disk), request);
    if (!replay) FAIL(replay.message());
    std::vector<std::string> all;
    for (;;) {
      auto records = replay->next(1 << 20);
      if (!records) FAIL(records.message());
      if (records->empty()) return all;
      for (auto& [topic, payload] : *records) all.push_back(told(payload));
    }
  }
  EventRecord event(const std::string& text) const {
    EventRecord event;
    event.process = "api";
    event.text = text;
    return event;
  }

 private:
  size_t told_ = 0;
};

using Told = std::vector<std::string>;

}  // namespace muster
