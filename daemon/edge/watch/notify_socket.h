// The socket behind NOTIFY_SOCKET, as systemd's protocol has it: datagrams of lines such as
// READY=1, WATCHDOG=1 and STATUS=text, from any process of a launch. The keeper holds it too, so
// what is said while there is no supervisor waits in it. A datagram is taken out only after the
// core has kept what it says. Understands BARRIER=1 (it is answered by closing what came with it);
// other lines do not matter here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "daemon/core/event.h"

namespace muster {

class NotifySocket {
 public:
  // `kept`, if an earlier supervisor has left it, is bound to `path` already. `owner` says whose
  // process it is; `sink` gets Notified, and has dealt with it when it returns.
  static Result<UniqueFd> bind(const std::string& path, UniqueFd kept);
  NotifySocket(Loop& loop, std::string path, UniqueFd socket,
               std::function<std::optional<LaunchId>(pid_t)> owner,
               std::function<void(Event)> sink);

  int fd() const { return socket_.get(); }

  // Once a second: binds the path anew where it does not lead here any more. True if that was so,
  // and the descriptor is another one.
  Result<bool> look();

 private:
  void receive();

  void watch();

  Loop& loop_;
  std::string path_;
  UniqueFd socket_;
  std::pair<uint64_t, uint64_t> bound_;  // what the path leads to: device and inode
  std::function<std::optional<LaunchId>(pid_t)> owner_;
  std::function<void(Event)> sink_;
  std::optional<Poll> poll_;
};

// The meaning of a datagram, if it has one for us.
std::optional<Notified> parse_notification(std::string_view text);

}  // namespace muster
