// A helper: a small program of ours that is kept running beside the app, in no formation, release
// or deploy. Its output goes to the daemon's own log. It has one end of a pair of sockets, as
// descriptor 3, and ends itself when the other one is closed. Keeps: there is never more than one
// at a time, and none outlives this object or the supervisor.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "daemon/core/helper_rules.h"
#include "daemon/edge/launch/child.h"

namespace muster {

class Helper {
 public:
  // `notify` is called when it has ended without having been told to.
  Helper(Loop& loop, std::string name, std::function<void(std::string)> notify);
  ~Helper();

  // It is to run with these words, the program first, from now on; none: it is to end. If it runs
  // with others it is ended and started anew.
  void want(std::vector<std::string> words);
  // For the end of the daemon: it has a moment to pass on what was answered last.
  void finish();
  // The reason why it failed may be gone: it is tried at once.
  void try_again();

  // The lines of a helper that has just ended are there too.
  bool is(int64_t pid) const { return pid > 0 && pid == pid_; }
  const std::string& name() const { return name_; }
  // 0: it does not run.
  int64_t pid() const { return child_ ? child_->pid() : 0; }
  bool is_wanted() const { return !words_.empty(); }
  // The sentence that an operator should read; empty: all is well.
  std::string alarm() const;
  const std::deque<std::string>& last_lines() const { return lines_; }

 private:
  void start();
  void fail_to_start(const std::string& why);
  bool read_output();
  void take_line(std::string_view line);
  void on_end();
  void end_now();

  Loop& loop_;
  std::string name_;
  std::function<void(std::string)> notify_;
  std::vector<std::string> words_;
  HelperRules rules_;
  std::deque<std::string> lines_;
  std::string unfinished_;  // the beginning of a line
  UniqueFd pair_, output_;
  std::optional<Poll> output_poll_;
  std::unique_ptr<Child> child_;
  int64_t pid_ = 0;  // of the last one
  Timer again_, ended_;
};

}  // namespace muster
