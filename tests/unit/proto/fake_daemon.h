// A daemon that holds its lock, answers on its control socket and publishes on its bus, but runs
// nothing: it keeps its records in memory and loses what a test tells it to. Its sockets live in a
// thread of their own; tests act on it with `run`.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "base/unique_fd.h"
#include "proto/codec.h"
#include "proto/endpoints.h"

namespace muster {

class FakeDaemon {
 public:
  // Takes the lock and binds. `answer` is asked for what is not a replay; nothing: no reply.
  using Answer = std::function<std::vector<Reply>(const Request&)>;
  explicit FakeDaemon(Endpoints endpoints, Answer answer = {});
  ~FakeDaemon();

  // Carries `what` out in the daemon's thread, and returns after it.
  void run(std::function<void()> what);

  enum class Bus { sends, loses };
  // Journals a line of `process` and publishes it, or not. Returns its seq.
  uint64_t say(const std::string& process, const std::string& line, Bus bus = Bus::sends);
  // As a daemon that was killed and has come back: same journal, new sockets, no exchanges.
  void restart();
  // Removes the oldest records, up to this seq.
  void forget_up_to(uint64_t seq);
  // Numbers begin at 1 again.
  void forget_everything();
  // Returns when so many subscriptions have reached the bus.
  void await_subscriptions(size_t count);
  // The next replay is not answered, as if the daemon had been killed just then.
  void ignore_next_replay();
  void release_lock();

  // The requests so far, in order; verbs only of what was not a replay.
  std::vector<Request> requests();
  size_t replays();

 private:
  struct Exchange {
    ReplayRequest request;
    size_t place = 0;
    uint32_t credit = 0;
    std::optional<std::pair<uint64_t, uint64_t>> gone;
  };
  struct Kept {
    RecordNumbers numbers;
    std::string topic, payload;
  };

  void serve();
  void bind();
  void on_request();
  void on_subscription();
  void on_replay(const std::string& client, const Request& request);
  void go_on(const std::string& client, uint64_t id, Exchange& exchange);
  void send(const std::string& client, const Reply& reply);
  void run_pending();

  Endpoints endpoints_;
  Answer answer_;
  UniqueFd lock_;

  zmq::context_t context_;
  std::optional<zmq::socket_t> control_, bus_;
  std::vector<Kept> journal_;
  uint64_t seq_ = 0;
  std::map<std::string, uint64_t> last_of_topic_;
  std::map<std::pair<std::string, uint64_t>, Exchange> exchanges_;
  bool ignore_next_replay_ = false;
  std::vector<Request> requests_;
  size_t replays_ = 0, subscriptions_ = 0;

  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<std::function<void()>> pending_;
  bool stop_ = false;
  std::thread thread_;
};

// The line in a log record's payload, for tests that say one line each.
std::string line_of(const std::string& payload);

}  // namespace muster
