// The bus: an XPUB socket on which every record appears. Publishing never blocks; a subscriber that
// does not read loses messages and catches up by a replay. Subscriptions are taken one by one, only
// such as can match a topic of ours, and only so many.
#pragma once

#include <memory>

#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"
#include "router/router.h"

namespace muster {

// Whether `prefix` can be the beginning of a topic ("log/web.1/"), so that a subscription to it is
// worth keeping.
bool is_topic_prefix(std::string_view prefix);

class BusSocket : public Bus {
 public:
  static Result<std::unique_ptr<BusSocket>> bind(Loop& loop, ZmqContext& context,
                                                 const std::string& endpoint);

  void publish(std::string_view topic, std::string_view payload) override;

  size_t subscriptions() const { return subscriptions_; }
  uint64_t refused() const { return refused_; }

 private:
  BusSocket(Loop& loop, zmq::socket_t socket);
  void on_subscriptions();

  size_t subscriptions_ = 0;
  uint64_t refused_ = 0;
  LoopSocket socket_;
};

}  // namespace muster
