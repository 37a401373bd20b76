// See child.h.
#include "daemon/edge/child.h"

#include <unistd.h>
#include <cerrno>
#include <utility>

namespace muster {

Child::Child(UniqueFd report, std::function<void()> on_change)
    : report_(std::move(report)), on_change_(std::move(on_change)) {}

tl::expected<std::unique_ptr<Child>, int> Child::spawn(Loop& loop,
                                                       const uv_process_options_t& options,
                                                       UniqueFd report,
                                                       std::function<void()> on_change) {
  std::unique_ptr<Child> child(new Child(std::move(report), std::move(on_change)));
  uv_process_options_t with_exit = options;
  with_exit.exit_cb = [](uv_process_t* handle, int64_t code, int signal) {
    if (auto* self = static_cast<Child*>(handle->data)) self->on_exit(code, signal);
  };
  auto* handle = new uv_process_t{};
  handle->data = child.get();
  int status = uv_spawn(loop.get(), handle, &with_exit);
  // Also after a failure the handle belongs to the loop and wants closing.
  child->process_.reset(handle);
  if (status != 0) return tl::unexpected(-status);
  child->pid_ = handle->pid;
  child->report_poll_.emplace(loop, child->report_.get(), [self = child.get()] {
    self->read_report();
    self->on_change_();
  });
  child->report_poll_->watch(Poll::readable);
  return child;
}

// The pipe ends without a word if exec has succeeded. Also if muster-exec was killed before: then
// an exit by that signal is what follows, and says enough.
void Child::read_report() {
  if (start_ != Start::pending) return;
  ssize_t n = read(report_.get(), &failure_, sizeof failure_);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  start_ = n == sizeof failure_ ? Start::failed : Start::succeeded;
  report_poll_->watch(Poll::nothing);
}

void Child::on_exit(int64_t code, int signal) {
  read_report();
  if (start_ == Start::pending) start_ = Start::succeeded;
  exit_ = signal ? ExitStatus{ExitStatus::Kind::signaled, signal}
                 : ExitStatus{ExitStatus::Kind::exited, static_cast<int>(code)};
  on_change_();
}

}  // namespace muster
