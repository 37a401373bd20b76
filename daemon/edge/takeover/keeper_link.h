// The supervisor's end of the pair: what it deposits with its keeper, and finds there after an
// earlier supervisor has died. Sending waits at most a moment; a keeper that has died loses
// nothing while this program lives, and is replaced by a new one.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "daemon/edge/launch/fd_store.h"
#include "daemon/keeper/protocol.h"

namespace muster {

// The deposits of which there is only one.
enum class Single : uint8_t { lock, state_lock, name, windows, notify, ledger, in_force };

class KeeperLink : public FdStore, public SocketStore {
 public:
  // Through the descriptor that the keeper has named in the environment, which is cleared of it,
  // and of what a service manager has put there for the keeper: our programs have neither. Takes
  // over all that is kept.
  static Result<std::unique_ptr<KeeperLink>> open(int socket);

  pid_t pid() const { return pid_; }
  // Supervisors that died in a row before this one.
  int deaths() const { return deaths_; }
  // An earlier one has launched something: its processes may live.
  bool goes_on() const { return goes_on_; }
  // How the last of them ended, as a shell reports it, if that is known.
  std::optional<int> last_end() const { return last_end_; }

  // The deposit of an earlier supervisor; closed where there is none.
  UniqueFd& kept(Single what) { return singles_[static_cast<size_t>(what)]; }
  void keep(Single what, int fd);  // it stays the caller's
  // The locks, which are held here for as long as this program runs.
  void hold_lock(Single what, UniqueFd lock);
  void deposit_locks();

  void keep(LaunchId launch, const Ends& ends, pid_t pid) override;
  void keep_pid(LaunchId launch, pid_t pid) override;
  void release_pid(LaunchId launch) override { keep_pid(launch, 0); }
  void forget(LaunchId launch) override;
  std::optional<KeptLaunch> take(LaunchId launch) override;
  void keep_listener(uint64_t key, int fd) override;
  void forget_listener(uint64_t key) override;
  UniqueFd take_listener(uint64_t key) override;
  // Processes that were not taken are over, and such sockets have no users.
  void forget_untaken();

  // The loop turns: to be said every few seconds.
  void alive() { send(keeper::Verb::alive); }
  // `on_lost` is called when it has died,
  // `deposit_all` when it had not listened for so long that something was not told.
  void watch(Loop& loop, std::function<void()> on_lost, std::function<void()> deposit_all);
  void unwatch();
  void ready();
  // The service manager that started us, if one has: lines of sd_notify(3).
  void tell_service(const std::string& text);
  void finish(int exit_status);
  // The keeper replaces itself; this program is to exit without `finish`.
  void upgrade();

  // Starts a new keeper in place of one that has died. All is to be deposited again.
  Result<> replace(Loop& loop, const std::vector<std::string>& command);

 private:
  explicit KeeperLink(UniqueFd socket) : socket_(std::move(socket)) {}
  Result<> read_list();
  void send(keeper::Verb verb, keeper::Kind kind = {}, uint64_t key = 0, int32_t pid = 0,
            int32_t value = 0);
  void send(keeper::Message message, const std::vector<int>& fds);
  void watch_socket(Loop& loop);

  UniqueFd socket_;
  pid_t pid_ = 0;
  int deaths_ = 0;
  bool goes_on_ = false;
  std::optional<int> last_end_;
  std::array<UniqueFd, 7> singles_;
  std::map<LaunchId, KeptLaunch> kept_;
  std::map<std::string, std::string> service_;  // the environment of a keeper that we start
  std::map<uint64_t, UniqueFd> kept_listeners_;
  std::function<void()> on_lost_;
  std::optional<Poll> poll_;
  std::optional<Timer> lost_, deposit_again_;
  bool is_deaf_ = false;  // it has not taken the last message
};

// The number that a variable of the keeper's protocol holds, if it is set.
std::optional<int> number_of_variable(const char* name);

// Becomes the keeper of `command`, which is this very program with its arguments; returns only to
// say why not. `report` is what a waiting `musterd -d` reads, or -1.
Error become_keeper(const std::vector<std::string>& command, int report);

}  // namespace muster
