// Verifies the lines of bench/load.c: each writer's numbers in order without a hole, every byte as
// it was written. Keeps the delay of each stamped line. Not thread-safe.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "bench/line_format.h"

namespace muster::bench {

class LineCheck {
 public:
  // A line without its newline, maybe with a tag before it. Lines without a mark are not counted:
  // the tools themselves say something now and then.
  void take(std::string_view line) {
    const size_t content = line_bytes - 1;
    if (line.size() < content) return count_other(line);
    line.remove_prefix(line.size() - content);
    if (line[0] != line_mark || !is_filled(line)) return count_other(line);
    const uint64_t pid = number_at(line, line_pid, line_pid_digits);
    if (pid != pid_) {
      pid_ = pid;
      next_ = &next_of_[pid];
    }
    if (number_at(line, line_number, line_number_digits) != *next_ + 1) wrong_++;
    *next_ = number_at(line, line_number, line_number_digits);
    lines_++;
    if (const uint64_t stamp = number_at(line, line_stamp, line_stamp_digits))
      delays_.emplace_back(stamp, now_ - stamp);
  }

  // When what is taken from now on was received.
  void received(MonoTime now) { now_ = uint64_t(now.time_since_epoch().count()); }

  uint64_t lines() const { return lines_; }
  uint64_t wrong() const { return wrong_; }

  // A line of text each: when it was printed, and how long it took, in nanoseconds.
  bool write_delays(const std::string& path) const {
    FILE* file = std::fopen(path.c_str(), "w");
    if (!file) return false;
    for (auto& [stamp, delay] : delays_)
      std::fprintf(file, "%llu %llu\n", static_cast<unsigned long long>(stamp),
                   static_cast<unsigned long long>(delay));
    return std::fclose(file) == 0;
  }

 private:
  void count_other(std::string_view line) {
    if (line.find("xxxxxxxx") != line.npos) wrong_++;  // one of ours, mangled
  }

  static bool is_filled(std::string_view line) {
    static const std::string fill(line_bytes - 1 - line_fill, 'x');
    return std::memcmp(line.data() + line_fill, fill.data(), fill.size()) == 0;
  }

  static uint64_t number_at(std::string_view line, size_t at, size_t digits) {
    uint64_t number = 0;
    for (size_t i = at; i < at + digits; i++) number = number * 10 + uint64_t(line[i] - '0');
    return number;
  }

  uint64_t lines_ = 0, wrong_ = 0;
  uint64_t pid_ = 0, now_ = 0;
  uint64_t* next_ = nullptr;
  std::unordered_map<uint64_t, uint64_t> next_of_;     // pid -> number of its last line
  std::vector<std::pair<uint64_t, uint64_t>> delays_;  // stamp, delay
};

}  // namespace muster::bench
