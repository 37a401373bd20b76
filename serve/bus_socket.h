// The bus: an XPUB socket on which every record appears. Publishing never blocks; a subscriber that
// does not read loses messages and catches up by a replay. Subscriptions are taken one by one, only
// such as can match a topic of ours, and only so many of each connection and in all. The connection
// that goes on sending others is ended, and the one that is furthest behind when too much is under
// way.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/zmq/connection.h"
#include "base/zmq/connection_watch.h"
#include "base/zmq/context.h"
#include "base/zmq/local_listener.h"
#include "base/zmq/loop_socket.h"
#include "base/zmq/zap.h"
#include "router/router.h"
#include "serve/bytes_under_way.h"

namespace muster {

// Whether `prefix` can be the beginning of a topic ("log/web.1/"), so that a subscription to it is
// worth keeping.
bool is_topic_prefix(std::string_view prefix);

class BusSocket : public Bus, public BytesUnderWay::Debtors {
 public:
  // `gate` guards the context's sockets; it and `under_way` outlive the bus.
  static Result<std::unique_ptr<BusSocket>> bind(Loop& loop, ZmqContext& context, ZapGate& gate,
                                                 BytesUnderWay& under_way,
                                                 const std::string& endpoint);

  void publish(std::string_view topic, std::string_view payload) override;
  // Sends what was published in this turn of the loop.
  void flush() { socket_.flush(); }

  size_t owed() const override;
  size_t most_owed() const override;
  void drop_most() override;

  // Once a second: binds its path anew where it does not lead here any more. True if that was so.
  Result<bool> look();

  uint64_t refused() const { return refused_; }

 private:
  struct Subscriber {
    Connection connection;
    std::set<std::string> prefixes;
    size_t cost = 0;  // of these
    int refusals = 0;
    uint64_t kept_up = 0;  // what had been published when it was last seen to take more
    bool takes_more = true;
    bool dropped = false;  // until its end is told no other is
  };
  using Subscribers = std::map<int, Subscriber>;  // by descriptor

  BusSocket(Loop& loop, ZmqContext& context, ZapGate& gate, zmq::socket_t socket,
            LocalListener listener, BytesUnderWay& under_way);
  void on_subscriptions();
  Subscriber& meet(int fd);
  void subscribe(Subscriber& subscriber, const std::string& prefix);
  void unsubscribe(Subscriber& subscriber, const std::string& prefix);
  void refuse(Subscriber& subscriber);
  bool has_gone(int fd);
  void forget(Subscribers::iterator subscriber);
  void see_who_keeps_up();
  bool is_dropping() const;
  Subscribers::const_iterator furthest_behind() const;

  ZapGate& gate_;
  LocalListener listener_;
  BytesUnderWay& under_way_;
  std::shared_ptr<Tally> owed_;
  Subscribers subscribers_;
  size_t cost_ = 0;         // of all subscriptions
  uint64_t published_ = 0;  // bytes
  uint64_t looked_at_ = 0;  // of these, at the last look at which subscribers keep up
  uint64_t refused_ = 0;
  LoopSocket socket_;
  ConnectionWatch watch_;
};

}  // namespace muster
