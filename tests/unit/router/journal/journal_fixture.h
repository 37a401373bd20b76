// A journal on a disk in memory, written and read with few words.
#pragma once

#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "router/journal/cursor.h"
#include "router/journal/writer.h"
#include "tests/support/memory_storage.h"

namespace muster::journal {

struct JournalFixture {
  MemoryDisk disk;
  MemoryStorage storage{disk};
  WriterOptions options = [] {
    WriterOptions o;
    o.key = 0x12345678;
    o.boot_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    return o;
  }();
  int64_t wall = 1'795'342'502'114'233'000;
  int64_t mono = 5'000'000'000;
  std::optional<Writer> writer;
  std::string error;  // of the last append that failed

  // As a daemon that starts.
  Writer& open() {
    auto opened = Writer::open(storage, options);
    if (!opened) FAIL(opened.message());
    writer.emplace(std::move(*opened));
    return *writer;
  }

  // Appends a record of one line, with the next number; whether it was taken.
  bool append(const std::string& topic, const std::string& payload, uint64_t stream = 0,
              uint64_t end = 0) {
    if (!writer) open();
    std::vector<char> record;
    begin_record(record, topic);
    record.insert(record.end(), payload.begin(), payload.end());
    auto numbers = writer->numbering().next(topic);
    RecordHeader header;
    header.seq = numbers.seq;
    header.line = numbers.line;
    header.lines = 1;
    header.stream = stream;
    header.end = end;
    header.wall = wall;
    header.mono = mono;
    header.topic_length = uint8_t(topic.size());
    auto appended = writer->append(record, header);
    error = appended ? "" : appended.message();
    return appended.has_value();
  }

  void append_many(int count, const std::string& topic = "log/web.1/") {
    for (int i = 0; i < count; i++) REQUIRE(append(topic, payload_of(next_seq())));
  }
  uint64_t next_seq() { return writer ? writer->numbering().seq() + 1 : 1; }
  static std::string payload_of(uint64_t seq) { return fmt::format("payload of record {}", seq); }

  // The seqs that a reader who begins now sees; their payloads are checked.
  std::vector<uint64_t> seqs() {
    auto cursor = Cursor::open(storage);
    if (!cursor) FAIL(cursor.message());
    std::vector<uint64_t> seqs;
    while (auto record = cursor->next()) {
      if (record->header.type != RecordType::record) continue;
      seqs.push_back(record->header.seq);
      if (record->payload != payload_of(seqs.back())) FAIL("payload of " << seqs.back());
    }
    return seqs;
  }
  static std::vector<uint64_t> range(uint64_t first, uint64_t last) {
    std::vector<uint64_t> seqs;
    for (; first <= last; first++) seqs.push_back(first);
    return seqs;
  }
  std::string& newest() { return disk.files.rbegin()->second; }
  // Where each record of a segment begins, and where the last one ends.
  static std::vector<size_t> offsets(const std::string& segment) {
    std::vector<size_t> offsets;
    size_t at = sizeof(SegmentHeader);
    while (auto record = parse_record(std::string_view(segment).substr(at), {})) {
      offsets.push_back(at);
      at += record->header.length;
    }
    offsets.push_back(at);
    return offsets;
  }
};

}  // namespace muster::journal
