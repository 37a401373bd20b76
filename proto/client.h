// A client of one daemon's control socket, for programs that may block: ctl, the subscriber, tests.
// Not for the daemon. It never hangs on a daemon that is not there: whether one runs is known from
// its lock before anything is sent, and on another machine from its answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "proto/endpoints.h"
#include "proto/message.h"

namespace muster {

// Whether a daemon holds the app's lock at this moment; on another machine, whether one answers
// within 2 s. Not one in a directory that another user could have made.
bool daemon_runs(const Endpoints& endpoints);
// Fails if what is in the daemon's place may be another user's: nothing is to be told there.
Result<> check_daemon(const Endpoints& endpoints);

// Lost is the way to another machine.
enum class ClientTrouble { no_daemon, timeout, protocol, refused, lost };

struct ClientError {
  ClientTrouble trouble;
  std::string message;  // says what to do
};
template <class T = void>
using ClientResult = tl::expected<T, ClientError>;

// Called now and then while an answer is awaited; false ends the waiting.
using Pulse = std::function<bool()>;

class Client {
 public:
  // `by` is USER@HOST. Fails with no_daemon if the lock is free.
  static ClientResult<Client> connect(const Endpoints& endpoints, std::string by);
  Client(Client&&) noexcept;
  ~Client();

  // Sends a request and waits for its reply. The daemon may go away and come back meanwhile: waits
  // up to `timeout`, fails with no_daemon as soon as the lock has been free for a second. A request
  // that changes nothing is sent again for as long as there is no answer; one that may be said
  // twice, if the daemon that was to answer was replaced.
  ClientResult<Reply> ask(const RequestBody& body, Nanos timeout, const Pulse& pulse = {});

  // Exchanges with more than one reply. `begin` returns the id; `add` sends what belongs to it
  // (credit, input, cancel).
  ClientResult<uint64_t> begin(RequestBody body);
  ClientResult<> add(uint64_t id, RequestBody body);
  // The next reply of any exchange; nothing if none came in time (0s: only what is there already).
  ClientResult<std::optional<Reply>> receive(Nanos timeout);
  // Whether the connection has ended since the last call: the daemon has forgotten the exchanges.
  // The first call begins to look; a connection by CURVE is not looked at.
  bool take_disconnect();
  // Becomes readable when `receive(0s)` may have something (edge-triggered: call receive until it
  // has nothing before each wait).
  int wake_fd() const;

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// USER@HOST of the calling process, as much of it as a request takes.
std::string caller_name();

}  // namespace muster
