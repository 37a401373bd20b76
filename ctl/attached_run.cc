// See attached_run.h.
#include "ctl/attached_run.h"

#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ctl/printers/text.h"
#include "ctl/session.h"
#include "proto/limits.h"

namespace muster {
namespace {

// The daemon passes it on whole or not at all.
constexpr size_t input_chunk = PIPE_BUF;
// A pipe that poll calls writable takes this much without blocking us.
constexpr size_t write_chunk = 4096;
// The daemon may be gone without any descriptor telling so: asked for again this often.
constexpr int look_again_ms = 500;
constexpr Nanos silence = 2s, silence_after_input = 300ms;
constexpr Nanos patience_to_leave = 2s;
// So many interrupts within a second mean: let go, whatever the one-off does.
constexpr size_t interrupts_to_leave = 4;
constexpr int status_broken_pipe = 128 + SIGPIPE, status_interrupted = 128 + SIGINT,
              status_hung_up = 128 + SIGHUP, status_unknown = 255;

std::string random_token() {
  uint64_t words[2] = {};
  if (getrandom(words, sizeof words, 0) != sizeof words) return {};
  return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

}  // namespace

Outcome<int> AttachedRun::run(RunRequest request) {
  request.detach = false;
  request.credit = limits::credit_messages;
  request.token = random_token();
  has_terminal_ = request.terminal.has_value();
  request_ = std::move(request);
  return go_on_to_the_end();
}

Outcome<int> AttachedRun::visit(AttachRequest request) {
  request.credit = limits::credit_messages;
  has_terminal_ = request.terminal.has_value();
  keys_to_leave_.emplace();
  const std::string process = request.process;
  request_ = std::move(request);
  auto status = go_on_to_the_end();
  terminal_.end();
  if (keys_to_leave_->pressed()) say("Let go of " + process);
  return status;
}

Outcome<void> AttachedRun::begin() {
  auto id = client_.begin(request_);
  if (!id) return tl::unexpected(failure_of(id.error()));
  id_ = *id;
  input_credit_ = limits::credit_messages;
  heard_ = read_clocks().mono;
  // The daemon before this one may not have passed them on.
  for (auto& input : untaken_) {
    if (auto sent = send(input); !sent) return sent;
    --input_credit_;
  }
  return {};
}

Outcome<int> AttachedRun::go_on_to_the_end() {
  signals_ = take_over_signals();
  if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
  for (;;) {
    if (auto taken = take_replies(); !taken) return tl::unexpected(taken.error());
    if (over()) return *status_;
    if (auto asked = ask_if_silent(); !asked) return tl::unexpected(asked.error());
    if (auto left = leave_if_told(); !left) return tl::unexpected(left.error());
    if (over()) return *status_;
    if (auto waited = wait(); !waited) return tl::unexpected(waited.error());
    if (over()) return *status_;
  }
}

Outcome<void> AttachedRun::take_replies() {
  for (;;) {
    auto reply = client_.receive(0s);
    if (!reply && reply.error().trouble == ClientTrouble::lost)
      reply.error().message += "; what was begun may still run there, see: ctl ps";
    if (!reply) return tl::unexpected(failure_of(reply.error()));
    if (!*reply) return {};
    if ((*reply)->id != id_) continue;
    heard_ = read_clocks().mono;
    unanswered_ = false;
    if (!(*reply)->hint.empty() && std::holds_alternative<RunStartedReply>((*reply)->body) &&
        !started_)
      tell((*reply)->hint);
    if (auto taken = take(std::move((*reply)->body)); !taken) return taken;
  }
}

Outcome<void> AttachedRun::take(ReplyBody body) {
  if (auto* output = std::get_if<RunOutputReply>(&body)) {
    const int fd = output->stream == Stream::err ? STDERR_FILENO : STDOUT_FILENO;
    output_.push_back({fd, std::move(output->data)});
  } else if (auto* input = std::get_if<RunInputReply>(&body)) {
    input_credit_ += input->messages;
    for (uint32_t n = input->messages; n > 0 && !untaken_.empty(); --n) untaken_.pop_front();
  } else if (auto* exited = std::get_if<RunExitedReply>(&body)) {
    status_ = exited->status;
  } else if (auto* started = std::get_if<RunStartedReply>(&body)) {
    name_ = started->process;
    if (!std::exchange(started_, true))
      say(keys_to_leave_
              ? fmt::format("Attached to {}; Ctrl-P Ctrl-Q lets go of it", started->process)
              : fmt::format("{} up, {}", announcement_, started->process));
    if (has_terminal_) terminal_.begin();
  } else if (auto* refused = std::get_if<RefusedReply>(&body)) {
    if (status_) return {};  // it is over, which what we have granted since came too late for
    if (refused->refusal == Refusal::gone) return come_back();
    if (comes_back_ && refused->refusal == Refusal::no && !refused->status) return miss();
    if (refused->status) {
      status_ = refused->status;
      tell(refused->message + hint());
      return {};
    }
    return tl::unexpected(failure_of(*refused));
  }
  return {};
}

// The daemon that we had has gone, and the next one is to show us the same again. It may be that it
// knows nothing of a one-off that the first one was not told of, or had ended long ago.
Outcome<void> AttachedRun::come_back() {
  if (auto* run = std::get_if<RunRequest>(&request_)) {
    run_ = std::move(*run);
    request_ = AttachRequest{{}, limits::credit_messages, run_.terminal, run_.token};
    comes_back_ = true;
  }
  if (has_terminal_) std::get<AttachRequest>(request_).terminal = RawTerminal::size();
  return begin();
}

Outcome<void> AttachedRun::miss() {
  if (!started_) {
    request_ = run_;
    comes_back_ = false;
    return begin();
  }
  tell(name_ +
       ": it has ended while the daemon was replaced, and how is not known; look at: ctl "
       "events -p " +
       name_);
  status_ = status_unknown;
  return {};
}

// A whole command line in quotes is one word.
std::string AttachedRun::hint() const {
  auto* run = std::get_if<RunRequest>(&request_);
  if (!run || run->command.size() != 1 || run->command[0].find(' ') == std::string::npos) return {};
  return "\nA line for a shell is run by: ctl run -- sh -c " + shell_word(run->command[0]);
}

// A daemon that was killed and is back knows nothing of us, and says so only when it is asked.
Outcome<void> AttachedRun::ask_if_silent() {
  const MonoTime now = read_clocks().mono;
  if (status_ || now - heard_ < (unanswered_ ? silence_after_input : silence)) return {};
  heard_ = now;
  unanswered_ = false;
  return send(CreditRequest{0});
}

// On stderr, and only for eyes: what the one-off prints there must stay clean in a pipe.
void AttachedRun::say(const std::string& text) {
  Output err(STDERR_FILENO);
  if (!err.is_terminal()) return;
  err.write(text + '\n');
  err.flush();
}

Outcome<void> AttachedRun::wait() {
  const bool writes = !output_.empty();
  const bool takes_input = started_ && input_open_ && input_credit_ > 0 && !status_;
  pollfd fds[] = {{client_.wake_fd(), POLLIN, 0},
                  {signals_.get(), POLLIN, 0},
                  {takes_input ? STDIN_FILENO : -1, POLLIN, 0},
                  {writes ? output_.front().fd : -1, POLLOUT, 0}};
  ::poll(fds, std::size(fds), look_again_ms);
  if (fds[1].revents)
    if (auto sent = forward_signals(); !sent) return sent;
  if (fds[2].revents)
    if (auto sent = forward_input(); !sent) return sent;
  if (fds[3].revents) return write_some();
  return {};
}

Outcome<void> AttachedRun::forward_input() {
  std::string data(input_chunk, '\0');
  const ssize_t got = ::read(STDIN_FILENO, data.data(), data.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return {};
  data.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  input_open_ = !data.empty();
  // Ours has gone, and a terminal has no end that could be passed on.
  if (has_terminal_ && !input_open_) return leave(status_hung_up);
  if (keys_to_leave_) return forward_keys(has_terminal_ ? keys_to_leave_->pass(data) : data);
  --input_credit_;
  unanswered_ = true;
  untaken_.push_back({std::move(data), !input_open_});
  return send(untaken_.back());
}

Outcome<void> AttachedRun::forward_keys(std::string keys) {
  if (!keys.empty()) {
    unanswered_ = true;
    --input_credit_;
    if (auto sent = send(InputRequest{std::move(keys)}); !sent) return sent;
  }
  if (keys_to_leave_->pressed()) {
    input_open_ = false;
    told_to_leave_ = read_clocks().mono;
  }
  return {};
}

// Keys that were typed before are on their way: they would not arrive if we were gone.
Outcome<void> AttachedRun::leave_if_told() {
  if (!told_to_leave_ || status_) return {};
  const bool all_taken = input_credit_ >= limits::credit_messages;
  const bool too_late = read_clocks().mono - *told_to_leave_ >= patience_to_leave;
  return all_taken || too_late ? leave(0) : Outcome<void>();
}

Outcome<void> AttachedRun::forward_signals() {
  signalfd_siginfo info;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGWINCH) {
      if (has_terminal_ && started_)
        if (auto sent = send(ResizeRequest{RawTerminal::size()}); !sent) return sent;
      continue;
    }
    // There is no process yet to pass it on to, or it goes on without us, or it has a terminal of
    // its own that hangs up with ours.
    if (!started_ || keys_to_leave_ || (has_terminal_ && number == SIGHUP))
      return leave(128 + number);
    if (number == SIGINT) {
      interrupts_.push_back(read_clocks().mono);
      if (interrupts_.size() > interrupts_to_leave) interrupts_.pop_front();
      if (interrupts_.size() == interrupts_to_leave &&
          interrupts_.back() - interrupts_.front() <= 1s)
        return leave(status_interrupted);
    }
    if (auto sent = send(SignalRequest{number}); !sent) return sent;
  }
  return {};
}

// A write of what poll promised room for, so that signals are never kept waiting by a slow reader.
Outcome<void> AttachedRun::write_some() {
  Pending& front = output_.front();
  const size_t size = std::min(front.data.size() - front.written, write_chunk);
  const ssize_t written = ::write(front.fd, front.data.data() + front.written, size);
  if (written < 0 && (errno == EINTR || errno == EAGAIN)) return {};
  if (written < 0 && errno != EPIPE) {
    tell(fmt::format("cannot write: {}", std::strerror(errno)));
    return leave(static_cast<int>(ExitCode::no));
  }
  // There is no reader any more: the one-off learns it as if it had written to a broken pipe
  // itself.
  if (written < 0) return leave(status_broken_pipe);
  front.written += static_cast<size_t>(written);
  if (front.written < front.data.size()) return {};
  output_.pop_front();
  return send(CreditRequest{1});
}

Outcome<void> AttachedRun::leave(int status) {
  output_.clear();
  if (!status_ || *status_ == 0) status_ = status;  // its output is not all there: no success
  return send(CancelRequest{});
}

Outcome<void> AttachedRun::send(RequestBody body) {
  if (auto sent = client_.add(id_, std::move(body)); !sent)
    return tl::unexpected(failure_of(sent.error()));
  return {};
}

}  // namespace muster
