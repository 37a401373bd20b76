// The control socket: requests of clients in, replies out. Knows who asked, whether they are still
// there and what they have not read yet; decides nothing. Keeps: a client's end is told once, and
// what is under way to clients is bounded.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/zmq/connection.h"
#include "base/zmq/connection_watch.h"
#include "base/zmq/context.h"
#include "base/zmq/local_listener.h"
#include "base/zmq/loop_socket.h"
#include "daemon/core/event.h"
#include "daemon/edge/bytes_under_way.h"
#include "daemon/edge/refusal_log.h"
#include "proto/message.h"

namespace muster {

class ControlSocket : public BytesUnderWay::Debtors {
 public:
  struct Receiver {
    std::function<void(ClientId, Request)> on_request;
    // The clients that have asked anything and are connected no more. Called from the loop, never
    // from send().
    std::function<void(const ClientId&)> on_lost;
  };

  // `under_way` outlives the socket.
  static Result<std::unique_ptr<ControlSocket>> bind(Loop& loop, ZmqContext& context,
                                                     const std::string& endpoint,
                                                     BytesUnderWay& under_way, Receiver receiver);

  // Never blocks. False if the client is gone or does not read: the reply is lost, and nothing more
  // should be sent to it.
  bool send(const ClientId& client, const Reply& reply);
  // So many more bytes are kept for it, or fewer.
  void hold(const ClientId& client, ptrdiff_t bytes);

  size_t owed() const override;
  size_t most_owed() const override;
  void drop_most() override;

  // Once a second: binds its path anew where it does not lead here any more. True if that was so.
  Result<bool> look();

  // Messages that were not understood, since the start.
  uint64_t refused() const { return refused_; }
  size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    Connection connection;
    std::shared_ptr<Tally> owes;
    bool dropped = false;  // its connection is being ended
  };
  using Clients = std::unordered_map<ClientId, Client>;

  ControlSocket(Loop& loop, ZmqContext& context, zmq::socket_t socket, LocalListener listener,
                BytesUnderWay& under_way, Receiver receiver);
  void on_requests();
  void take(const ClientId& client, std::span<const std::string> frames);
  void refuse(const ClientId& client, bool is_req, uint64_t id, const std::string& why);
  bool send(const ClientId& client, bool is_req, const Reply& reply);
  void meet(const ClientId& client, int fd);
  bool has_gone(int fd);
  void lose(const ClientId& client);
  void drop(Client& client);
  Clients::const_iterator who_owes_most() const;

  LocalListener listener_;
  BytesUnderWay& under_way_;
  Receiver receiver_;
  Clients clients_;
  std::unordered_map<int, ClientId> by_descriptor_;
  uint64_t refused_ = 0;
  RefusalLog log_;
  LoopSocket socket_;
  ConnectionWatch watch_;
};

}  // namespace muster
