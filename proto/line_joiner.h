// Puts lines together again that were cut on their way (Tail::split, Tail::partial), for people who
// read them. Bounded: what is longer than `longest`, or more than `held_limit` in all, is handed
// out in pieces that say so.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "proto/limits.h"
#include "proto/record.h"

namespace muster {

struct JoinedLine {
  uint64_t seq = 0;     // of the record in which the line, or this piece of it, begins
  uint64_t number = 0;  // of the line, or of the first of its pieces
  WallTime time;
  std::string_view process;
  Stream stream = Stream::out;
  std::string_view text;
  bool partial = false;  // the line goes on, or its end was never seen
};

class LineJoiner {
 public:
  enum class Partial : uint8_t {
    at_once,  // a line that is unfinished because its writer paused is shown as it is (following)
    wait,     // it waits for its rest (history)
  };
  using Emit = std::function<void(const JoinedLine&)>;

  LineJoiner(Partial partial, Emit emit, size_t longest = limits::joined_line)
      : partial_(partial), emit_(std::move(emit)), longest_(longest) {}

  // Views handed to `emit` are valid during the call.
  void add(const LogRecord& record);
  // The line gets no more: hands out what waits, as partial.
  void end(uint64_t launch);
  // History is over: hands out what still waits, as partial.
  void flush();
  // From now on as told: what waits is handed out first if it should not wait any more.
  void set_partial(Partial partial);

 private:
  struct Held {
    uint64_t seq, number;
    WallTime time;
    std::string process;
    std::string text;
  };
  using Key = std::pair<uint64_t, Stream>;  // launch, stream

  void hold(Key key, const LogRecord& record, size_t index);
  void hand_out(Key key, std::string_view rest, bool partial);

  static constexpr size_t held_limit = 64 << 20;

  Partial partial_;
  Emit emit_;
  size_t longest_;
  std::map<Key, Held> held_;
  size_t held_bytes_ = 0;
};

}  // namespace muster
