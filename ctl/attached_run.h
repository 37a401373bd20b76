// An attached one-off as seen from our terminal: our input to it, its output to us, our signals to
// it, until it ends. Or a visit to a process that goes on without us: then a signal ends the visit.
// Either is taken up again with the successor of a daemon that was replaced. Grants the daemon
// credit only for what has been written, so that a slow reader slows the one-off down and nothing
// piles up here.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "ctl/detach_keys.h"
#include "ctl/exit_code.h"
#include "ctl/raw_terminal.h"
#include "proto/client.h"
#include "proto/limits.h"
#include "proto/message.h"

namespace muster {

class AttachedRun {
 public:
  // `announcement` is what a terminal shows, with the name of the process, when it has started.
  explicit AttachedRun(Client& client, std::string announcement = {})
      : client_(client), announcement_(std::move(announcement)) {}

  // Runs it to its end and returns its exit status. From here on SIGINT, SIGTERM, SIGHUP and
  // SIGQUIT to us are the one-off's; if the request asks for a terminal, so are the keys of ours.
  Outcome<int> run(RunRequest request);
  // 0 if we have let go of it.
  Outcome<int> visit(AttachRequest request);

 private:
  struct Pending {
    int fd;
    std::string data;
    size_t written = 0;
  };

  Outcome<int> go_on_to_the_end();
  Outcome<void> begin();
  bool over() const { return status_ && output_.empty(); }
  Outcome<void> take_replies();
  Outcome<void> take(ReplyBody body);
  Outcome<void> ask_if_silent();
  Outcome<void> come_back();
  Outcome<void> miss();
  std::string hint() const;
  static void say(const std::string& text);
  Outcome<void> wait();
  Outcome<void> forward_input();
  Outcome<void> forward_keys(std::string keys);
  Outcome<void> leave_if_told();
  Outcome<void> forward_signals();
  Outcome<void> write_some();
  Outcome<void> leave(int status);
  Outcome<void> send(RequestBody body);

  Client& client_;
  std::string announcement_;
  RequestBody request_;
  RunRequest run_;           // as it was asked for first, when we have come back to it
  bool comes_back_ = false;  // `request_` asks for that
  std::string name_;         // of the process, when it is known
  uint64_t id_ = 0;
  bool started_ = false, input_open_ = true, has_terminal_ = false;
  RawTerminal terminal_;
  std::optional<DetachKeys> keys_to_leave_;  // of a visit
  std::optional<MonoTime> told_to_leave_;    // by them
  uint32_t input_credit_ = limits::credit_messages;
  MonoTime heard_;  // when the daemon last spoke, or was last asked whether it knows us
  std::deque<InputRequest> untaken_;  // of a run: sent, and not granted again
  bool unanswered_ = false;           // we have sent input since
  std::deque<Pending> output_;        // at most as many as we have granted credit for
  std::optional<int> status_;
  UniqueFd signals_;
  std::deque<MonoTime> interrupts_;  // when the last few SIGINTs came
};

}  // namespace muster
