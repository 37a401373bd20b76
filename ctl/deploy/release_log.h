// The log while a release is made and comes up: says which processes are up and what the release
// process prints, and remembers what each process printed last. Keeps: its memory is bounded, and a
// daemon whose log cannot be followed only leaves it silent.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/line_joiner.h"
#include "proto/subscriber.h"

namespace muster {

class ReleaseLog {
 public:
  using Show = std::function<void(std::string_view line)>;  // called with each, safe to be shown

  // Follows what is logged from now on.
  ReleaseLog(const Endpoints& endpoints, Show show);
  ReleaseLog(const ReleaseLog&) = delete;
  ReleaseLog& operator=(const ReleaseLog&) = delete;

  // Takes what has come, having waited for the first of it no longer than that.
  void look(Nanos patience);
  // Takes what comes in this time.
  void look_for(Nanos time);
  // Its processes are told of as they come up: those that are up already, now.
  void is_made();
  // The last lines of the process that a notice about a release blames, which begins so; as they
  // were then. Waits a moment for the log to say so.
  std::vector<std::string> lines_blamed_by(const std::string& notice);
  static constexpr size_t kept_lines = 20;

 private:
  void take(std::string_view payload);
  void take(const EventRecord& event);
  void take(const JoinedLine& line);
  std::vector<std::string> last_lines(std::string_view process);

  Show show_;
  std::optional<Subscriber> subscriber_;
  LineJoiner joiner_;
  // An execution of a process, which may print before the log says that it has started, and the
  // one before it: what has crashed may be launched anew before the release is taken back.
  struct Execution {
    uint64_t launch = 0;
    std::deque<std::string> lines = {}, before = {};
  };
  Execution& execution(std::string_view process, uint64_t launch);
  std::map<std::string, Execution, std::less<>> last_;
  std::vector<std::string> up_;    // since the newest release
  std::optional<uint64_t> first_;  // launch since then; none: nothing has been launched
  bool is_made_ = false;
  std::map<std::string, std::vector<std::string>> blamed_;  // by the notice
};

}  // namespace muster
