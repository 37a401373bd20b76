// See helper.h.
#include "daemon/edge/helpers/helper.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/terminal_text.h"

namespace muster {
namespace {

constexpr size_t lines_kept = 5, longest_shown = 500;
// A process that is killed is gone within milliseconds, unless the kernel holds it.
constexpr Nanos death_patience = 2s, last_moment = 1s;
// Variables by which processes are taken for those of a launch, or a program is made another one.
constexpr std::string_view kept_variables[] = {"PATH=", "LANG=", "LC_ALL=", "TZ=", "MUSTER_HOME="};

std::vector<std::string> small_environment() {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry; entry++)
    for (auto& name : kept_variables)
      if (std::string_view(*entry).starts_with(name)) variables.emplace_back(*entry);
  return variables;
}

// Each end is for one side alone.
bool make_pipe(UniqueFd& read_end, UniqueFd& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

bool make_pair(UniqueFd& ours, UniqueFd& theirs) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  return true;
}

}  // namespace

Helper::Helper(Loop& loop, std::string name, std::function<void(std::string)> notify)
    : loop_(loop),
      name_(std::move(name)),
      notify_(std::move(notify)),
      again_(loop, [this] { start(); }),
      ended_(loop, [this] { on_end(); }) {}

Helper::~Helper() { end_now(); }

void Helper::want(std::vector<std::string> words) {
  if (words == words_) return;
  words_ = std::move(words);
  end_now();
  lines_.clear();
  rules_.forget();
  if (!words_.empty()) start();
}

void Helper::finish() {
  pair_.reset();
  if (child_) child_->await_end(last_moment);
  want({});
}

void Helper::try_again() {
  if (words_.empty() || child_) return;
  rules_.forget();
  start();
}

void Helper::start() {
  again_.disarm();
  if (child_ || words_.empty()) return;
  rules_.on_start(read_clocks().mono);
  UniqueFd theirs, written;
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing || !make_pair(pair_, theirs) || !make_pipe(output_, written))
    return fail_to_start(std::strerror(errno));
  Child::Plan plan;
  plan.argv = words_;
  plan.environment = small_environment();
  plan.stdio = {nothing.get(), written.get(), written.get(), theirs.get()};
  // Its end is looked at outside of its own callback.
  auto child = Child::spawn(loop_, std::move(plan), {}, [this] { ended_.after(0ms); });
  if (!child) return fail_to_start(std::strerror(child.error()));
  child_ = std::move(*child);
  pid_ = child_->pid();
  output_poll_.emplace(loop_, output_.get(), [this] { (void)read_output(); });
  output_poll_->watch(Poll::readable);
}

void Helper::fail_to_start(const std::string& why) {
  take_line("cannot be started: " + why);
  pair_.reset();
  output_.reset();
  again_.after(rules_.on_end(read_clocks().mono));
}

bool Helper::read_output() {
  std::array<char, 4096> bytes{};
  const ssize_t n = ::read(output_.get(), bytes.data(), bytes.size());
  if (n == 0) output_poll_->watch(Poll::nothing);
  if (n <= 0) return false;
  unfinished_.append(bytes.data(), static_cast<size_t>(n));
  for (size_t end = unfinished_.find('\n'); end != std::string::npos;
       end = unfinished_.find('\n')) {
    take_line(std::string_view(unfinished_).substr(0, end));
    unfinished_.erase(0, end + 1);
  }
  if (unfinished_.size() > longest_shown) take_line(std::exchange(unfinished_, {}));
  return true;
}

void Helper::take_line(std::string_view line) {
  std::string text;
  append_terminal_safe(line.substr(0, longest_shown), text);
  spdlog::info("{}: {}", name_, text);
  lines_.push_back(std::move(text));
  if (lines_.size() > lines_kept) lines_.pop_front();
}

void Helper::on_end() {
  if (!child_ || !child_->exit()) return;
  while (read_output()) {
  }
  const ExitStatus status = *child_->exit();
  end_now();
  const Nanos pause = rules_.on_end(read_clocks().mono);
  const std::string how = status.kind == ExitStatus::Kind::signaled
                              ? fmt::format("was ended by signal {}", status.number)
                          : status.kind == ExitStatus::Kind::exited
                              ? fmt::format("has ended with status {}", status.number)
                              : "has ended";
  const std::string last = lines_.empty() ? "" : ": " + lines_.back();
  if (rules_.is_news()) notify_(fmt::format("{} {}{}; it is started again", name_, how, last));
  again_.after(pause);
}

// A process that is killed is waited for, so that there is never another one beside it.
void Helper::end_now() {
  again_.disarm();
  ended_.disarm();
  output_poll_.reset();
  output_.reset();
  pair_.reset();
  unfinished_.clear();
  if (!child_) return;
  if (!child_->exit()) child_->end_now(death_patience);
  child_->release();
  child_.reset();
}

std::string Helper::alarm() const {
  if (words_.empty() || !rules_.is_alarm(read_clocks().mono, child_ != nullptr)) return {};
  return fmt::format("{} keeps failing{}", name_, lines_.empty() ? "" : ": " + lines_.back());
}

}  // namespace muster
