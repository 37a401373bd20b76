// A journal on a disk in memory and replays of it, as lists of seqs.
#pragma once

#include "router/replay.h"
#include "tests/unit/router/journal/journal_fixture.h"

namespace muster {

using journal::JournalFixture;
using Gone = std::optional<std::pair<uint64_t, uint64_t>>;

struct ReplayFixture : JournalFixture {
  Replay replay(const ReplayRequest& request) {
    auto opened = Replay::open(std::make_unique<MemoryStorage>(disk), request);
    if (!opened) FAIL(opened.message());
    return std::move(*opened);
  }
  // The seqs, as their payloads tell, of one call.
  static std::vector<uint64_t> take(Replay& replay, size_t max_bytes = 1 << 20) {
    std::vector<uint64_t> seqs;
    auto records = replay.next(max_bytes);
    if (!records) FAIL(records.message());
    for (auto& [topic, payload] : *records)
      seqs.push_back(std::stoull(payload.substr(payload.rfind(' '))));
    return seqs;
  }
  std::vector<uint64_t> all(const ReplayRequest& request) {
    Replay r = replay(request);
    return take(r);
  }
  // Many segments, with every tenth record of another topic.
  void fill() {
    options.segment_bytes = 2000;
    for (int i = 1; i <= 100; i++) {
      append_many(1, i % 10 ? "log/web.1/" : "log/worker.1/");
      wall += Nanos(1s).count();
    }
    REQUIRE(disk.files.size() > 5);
  }
};

inline ReplayRequest from(uint64_t seq) {
  ReplayRequest request;
  request.from = seq;
  return request;
}
inline ReplayRequest last(uint64_t lines, std::vector<std::string> topics = {}) {
  ReplayRequest request;
  request.lines = lines;
  request.topics = std::move(topics);
  return request;
}

}  // namespace muster
