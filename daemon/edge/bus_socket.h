// The bus: an XPUB socket on which every record appears. Publishing never blocks; a subscriber that
// does not read loses messages and catches up by a replay. Subscriptions are taken one by one, only
// such as can match a topic of ours, and only so many. Whoever goes on sending others is shut out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/local_listener.h"
#include "base/zmq/loop_socket.h"
#include "base/zmq/zap.h"
#include "router/router.h"

namespace muster {

// Whether `prefix` can be the beginning of a topic ("log/web.1/"), so that a subscription to it is
// worth keeping.
bool is_topic_prefix(std::string_view prefix);

class BusSocket : public Bus {
 public:
  // `gate` guards the context's sockets and outlives the bus.
  static Result<std::unique_ptr<BusSocket>> bind(Loop& loop, ZmqContext& context, ZapGate& gate,
                                                 const std::string& endpoint);

  void publish(std::string_view topic, std::string_view payload) override;
  // Sends what was published in this turn of the loop.
  void flush() { socket_->flush(); }

  // Once a second: binds its path anew where it does not lead here any more. True if that was so.
  Result<bool> look();

  size_t subscriptions() const { return subscriptions_; }
  uint64_t refused() const { return refused_; }

 private:
  BusSocket(Loop& loop, ZmqContext& context, ZapGate& gate, LocalListener listener);
  void take(zmq::socket_t socket);
  void on_subscriptions();
  void subscribe(std::string_view prefix);
  void refuse(const std::string& peer);
  void renew();

  Loop& loop_;
  ZmqContext& context_;
  ZapGate& gate_;
  LocalListener listener_;
  size_t subscriptions_ = 0;
  bool anyone_ = false;  // has subscribed since the bus was bound
  uint64_t refused_ = 0;
  std::map<std::string, int> refusals_;  // by peer
  std::optional<LoopSocket> socket_;
  Timer renewal_;
};

}  // namespace muster
