// A keeper as a process, and its supervisors as puppets whose words the test speaks itself. All
// waiting has a deadline; when the stage goes, so does every process that was started on it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "daemon/keeper/channel.h"
#include "puppet.h"
#include "tests/support/temp_dir.h"

namespace muster::keeper {

struct Pipe {
  Pipe();
  UniqueFd from, to;
};

std::string beside_me(const std::string& program);
std::string read_some(int fd);
bool wait_readable(int fd);  // false when the deadline has passed
bool exists(pid_t pid);
char state_of(pid_t pid);  // 'Z': a zombie; '-': there is none
int parent_of(pid_t pid);
int count_fds(pid_t pid);
int exit_status_of(pid_t child);  // -1 when it does not end
// Asks again and again until it is so.
bool eventually(const std::function<bool()>& holds);

void close_all(const std::vector<Parcel>& items);

// A supervisor that has started. Its copy of the pair is the test's too: what the test sends, the
// puppet has sent, as far as the keeper can tell.
struct Supervisor {
  Cue hello{};
  UniqueFd talk, keeper;

  pid_t pid() const { return hello.value; }
  void kill(int signal = 9) const;
  void order(Order order, int value = 0) const;
  Cue cue() const;  // what the puppet says next

  void say(Verb verb, int value = 0) const;
  void deposit(Kind kind, uint64_t key, std::vector<int> fds, const std::string& note = "",
               pid_t pid = 0) const;
  void set_pid(uint64_t key, pid_t pid) const;
  void forget(Kind kind, uint64_t key) const;
  Parcel hear() const;
  std::vector<Parcel> list() const;  // the items, whose descriptors are the test's to close
  size_t count_deposits() const;
};

class KeeperStage {
 public:
  using Variables = std::vector<std::string>;

  explicit KeeperStage(Variables variables = {"MUSTER_RESTART_MS=0"});
  KeeperStage(const KeeperStage&) = delete;
  ~KeeperStage();

  // `inherited`: descriptors that it shall have besides the first three.
  void start(const std::vector<std::string>& options = {}, const std::vector<int>& inherited = {});
  Supervisor supervisor();        // the next that starts
  Supervisor ready_supervisor();  // the same, and it has said so
  pid_t keeper() const { return keeper_; }
  int exit_status();  // the keeper's; -1 when it does not end
  void kill(int signal) const;

  const std::string& directory() const { return directory_.path(); }
  unsigned fd_limit = 0;  // of whatever is run, if not 0
  std::string program = beside_me("muster-keeper");
  std::vector<std::string> puppet_command() const;
  // Begins a process that is not the stage's to end.
  pid_t run(const std::vector<std::string>& command, const std::vector<int>& inherited = {});

 private:
  TempDir directory_;
  Variables variables_;
  UniqueFd listening_;
  pid_t keeper_ = 0;
};

}  // namespace muster::keeper
