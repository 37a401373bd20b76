// See keeper_link.h.
#include "daemon/edge/takeover/keeper_link.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/exec_words.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/keeper/channel.h"

extern char** environ;

namespace muster {
namespace {

// In the order of Single. Among the sockets that are kept those with higher keys are what launches
// share.
struct DepositPlace {
  keeper::Kind kind;
  uint64_t key;
};
constexpr DepositPlace deposit_places[] = {{keeper::Kind::lock, 0},     {keeper::Kind::lock, 1},
                                           {keeper::Kind::lock, 2},     {keeper::Kind::windows, 0},
                                           {keeper::Kind::listener, 0}, {keeper::Kind::ledger, 0},
                                           {keeper::Kind::in_force, 0}};
constexpr Single locks[] = {Single::lock, Single::state_lock, Single::name};

std::optional<Single> single_at(const keeper::Message& message) {
  for (size_t i = 0; i < std::size(deposit_places); ++i)
    if (deposit_places[i].kind == message.kind && deposit_places[i].key == message.key)
      return static_cast<Single>(i);
  return {};
}

// The keeper does nothing that takes long; one that has been stopped must not stop us.
constexpr int send_patience_ms = 1000;
constexpr timeval list_patience{10, 0};

// Which descriptors a launch's deposit has, in their order.
constexpr char out_letter = 'o', err_letter = 'e', report_letter = 'r', in_letter = 'i';

// By which a keeper reaches its service manager. Its watchdog is for the process that was started,
// or for any, where WATCHDOG_PID is missing.
constexpr const char* service_variables[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC"};

std::vector<std::string> keeper_command(std::vector<std::string> options,
                                        const std::vector<std::string>& command) {
  std::vector<std::string> words{find_beside_us("muster-keeper")};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back("--");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

KeptLaunch unpack(const keeper::Parcel& parcel) {
  KeptLaunch kept{parcel.message.pid};
  for (uint32_t i = 0; i < parcel.message.fd_count; ++i) {
    UniqueFd fd(parcel.fds[i]);
    const char letter = parcel.message.note[i];
    (letter == out_letter   ? kept.out
     : letter == err_letter ? kept.err
     : letter == in_letter  ? kept.in
                            : kept.report) = std::move(fd);
  }
  return kept;
}

}  // namespace

std::optional<int> number_of_variable(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return {};
  int number = -1;
  std::from_chars(text, text + std::strlen(text), number);
  return number < 0 ? std::nullopt : std::optional(number);
}

Error become_keeper(const std::vector<std::string>& command, int report) {
  std::vector<std::string> options;
  if (report >= 0) {
    options = {"--report", std::to_string(report)};
    fcntl(report, F_SETFD, 0);
  }
  auto words = keeper_command(std::move(options), command);
  execv(words[0].c_str(), pointers_into(words).data());
  return fail_errno(errno, "{}", words[0]).value();
}

Result<std::unique_ptr<KeeperLink>> KeeperLink::open(int socket) {
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  auto link = std::unique_ptr<KeeperLink>(new KeeperLink(UniqueFd(socket)));
  link->deaths_ = number_of_variable(keeper::deaths_variable).value_or(0);
  link->last_end_ = number_of_variable(keeper::last_end_variable);
  link->pid_ = getppid();
  for (auto* name : {keeper::socket_variable, keeper::deaths_variable, keeper::last_end_variable,
                     keeper::report_variable})
    unsetenv(name);
  for (auto* name : service_variables)
    if (const char* value = std::getenv(name)) link->service_[name] = value;
  for (auto* name : service_variables) unsetenv(name);
  for (auto* name : {"WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(name);
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &list_patience, sizeof list_patience);
  if (Result<> read = link->read_list(); !read) return within(read.error(), "keeper");
  link->goes_on_ =
      link->kept(Single::lock) && (link->kept(Single::in_force) || !link->kept_.empty());
  return link;
}

Result<> KeeperLink::read_list() {
  send(keeper::Verb::list);
  for (;;) {
    keeper::Parcel parcel{};
    if (keeper::receive(socket_.get(), parcel, 0) != keeper::Receipt::message)
      return fail("it does not say what it keeps");
    const keeper::Message& message = parcel.message;
    if (message.kind == keeper::Kind::launch) {
      kept_.insert_or_assign(message.key, unpack(parcel));
    } else if (const auto single = single_at(message); single && message.fd_count == 1) {
      kept(*single).reset(parcel.fds[0]);
    } else if (message.kind == keeper::Kind::listener && message.fd_count == 1) {
      kept_listeners_[message.key].reset(parcel.fds[0]);
    } else {
      for (uint32_t i = 0; i < message.fd_count; ++i) close(parcel.fds[i]);
    }
    if (parcel.message.verb == keeper::Verb::end) return {};
  }
}

void KeeperLink::send(keeper::Verb verb, keeper::Kind kind, uint64_t key, int32_t pid,
                      int32_t value) {
  send(keeper::Message{verb, kind, key, pid, value}, {});
}

// The poll notices a keeper that is dead. A keeper that does not listen is waited for once, and
// told everything anew when it listens again.
void KeeperLink::send(keeper::Message message, const std::vector<int>& fds) {
  if (!socket_) return;
  message.fd_count = static_cast<uint32_t>(fds.size());
  int error = keeper::send(socket_.get(), message, fds.data(), MSG_DONTWAIT);
  if (error == EAGAIN && !is_deaf_) {
    pollfd room{socket_.get(), POLLOUT, 0};
    poll(&room, 1, send_patience_ms);
    error = keeper::send(socket_.get(), message, fds.data(), MSG_DONTWAIT);
  }
  const bool was_deaf = std::exchange(is_deaf_, error == EAGAIN);
  if (was_deaf && error == 0 && deposit_again_) deposit_again_->after(0ms);
  if (error != 0 && error != EPIPE && error != ECONNRESET && !was_deaf)
    spdlog::error("keeper: {}: what starts now would not survive a crash", std::strerror(error));
}

void KeeperLink::keep(Single what, int fd) {
  const DepositPlace& place = deposit_places[static_cast<size_t>(what)];
  send(keeper::Message{keeper::Verb::deposit, place.kind, place.key}, {fd});
}

void KeeperLink::hold_lock(Single what, UniqueFd lock) {
  kept(what) = std::move(lock);
  keep(what, kept(what).get());
}

void KeeperLink::deposit_locks() {
  for (Single lock : locks)
    if (kept(lock)) keep(lock, kept(lock).get());
}

void KeeperLink::keep(LaunchId launch, const Ends& ends, pid_t pid) {
  keeper::Message message{keeper::Verb::deposit, keeper::Kind::launch, launch, pid};
  std::vector<int> fds;
  for (auto [fd, letter] : {std::pair(ends.out, out_letter),
                            {ends.err, err_letter},
                            {ends.report, report_letter},
                            {ends.in, in_letter}}) {
    if (fd < 0) continue;
    message.note[fds.size()] = letter;
    fds.push_back(fd);
  }
  send(message, fds);
}

void KeeperLink::keep_pid(LaunchId launch, pid_t pid) {
  send(keeper::Verb::set_pid, keeper::Kind::launch, launch, pid);
}

void KeeperLink::forget(LaunchId launch) {
  send(keeper::Verb::forget, keeper::Kind::launch, launch);
}

std::optional<KeptLaunch> KeeperLink::take(LaunchId launch) {
  auto found = kept_.find(launch);
  if (found == kept_.end()) return {};
  KeptLaunch kept = std::move(found->second);
  kept_.erase(found);
  return kept;
}

void KeeperLink::keep_listener(uint64_t key, int fd) {
  send(keeper::Message{keeper::Verb::deposit, keeper::Kind::listener, key}, {fd});
}

void KeeperLink::forget_listener(uint64_t key) {
  send(keeper::Verb::forget, keeper::Kind::listener, key);
}

UniqueFd KeeperLink::take_listener(uint64_t key) {
  auto found = kept_listeners_.find(key);
  if (found == kept_listeners_.end()) return {};
  UniqueFd fd = std::move(found->second);
  kept_listeners_.erase(found);
  return fd;
}

void KeeperLink::forget_untaken() {
  for (auto& [key, fd] : std::exchange(kept_listeners_, {})) forget_listener(key);
  for (auto& [launch, kept] : std::exchange(kept_, {})) forget(launch);
}

void KeeperLink::watch(Loop& loop, std::function<void()> on_lost,
                       std::function<void()> deposit_all) {
  on_lost_ = std::move(on_lost);
  deposit_again_.emplace(loop, [deposit_all = std::move(deposit_all)] {
    spdlog::warn("the keeper listens again");
    deposit_all();
  });
  // Not in the poll's own callback, which may be replaced then.
  lost_.emplace(loop, [this] { on_lost_(); });
  watch_socket(loop);
}

void KeeperLink::watch_socket(Loop& loop) {
  poll_.emplace(loop, socket_.get(), [this] {
    poll_->watch(Poll::nothing);
    lost_->after(0ms);
  });
  poll_->watch(Poll::hung_up);
}

void KeeperLink::unwatch() {
  poll_.reset();
  lost_.reset();
  deposit_again_.reset();
}

void KeeperLink::ready() { send(keeper::Verb::ready); }
void KeeperLink::tell_service(const std::string& text) {
  keeper::Message message{};
  message.verb = keeper::Verb::tell;
  text.copy(message.note, keeper::note_bytes - 1);
  send(message, {});
}

void KeeperLink::finish(int status) { send(keeper::Verb::finish, {}, 0, 0, status); }
void KeeperLink::upgrade() { send(keeper::Verb::upgrade); }

Result<> KeeperLink::replace(Loop& loop, const std::vector<std::string>& command) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno(errno, "socketpair");
  UniqueFd ours(ends[0]), keepers(ends[1]);
  fcntl(keepers.get(), F_SETFD, 0);
  auto words =
      keeper_command({"--adopt", std::to_string(keepers.get()), std::to_string(getpid())}, command);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  for (auto& [name, value] : service_) setenv(name.c_str(), value.c_str(), 1);
  const int error = posix_spawn(&pid_, words[0].c_str(), nullptr, &attributes,
                                pointers_into(words).data(), environ);
  for (auto& [name, value] : service_) unsetenv(name.c_str());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return fail_errno(error, "{}", words[0]);
  poll_.reset();
  socket_ = std::move(ours);
  is_deaf_ = false;
  watch_socket(loop);
  return {};
}

}  // namespace muster
