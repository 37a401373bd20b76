// The control socket: requests of clients in, replies out. Knows who asked, whether they are still
// there and what they have not read yet; decides nothing. Keeps: a client's end is told once, what
// is under way to clients and what waits of theirs is bounded, and clients are served in turn,
// however much one of them asks at once.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/uv/timer.h"
#include "base/zmq/connection.h"
#include "base/zmq/connection_watch.h"
#include "base/zmq/context.h"
#include "base/zmq/local_listener.h"
#include "base/zmq/loop_socket.h"
#include "proto/ids.h"
#include "proto/message.h"
#include "serve/bytes_under_way.h"
#include "serve/refusal_log.h"

namespace muster {

class ControlSocket : public BytesUnderWay::Debtors {
 public:
  struct Receiver {
    // `address` is from where it came in by muster-front; empty: from this machine.
    std::function<void(ClientId, Request, std::string address, size_t bytes)> on_request;
    // True if the client's next request has to wait until serve() is called.
    std::function<bool(const ClientId&)> waits;
    // The clients that have asked anything and are connected no more. Called from the loop, never
    // from send().
    std::function<void(const ClientId&)> on_lost;
    std::function<bool(int64_t pid)> is_front;
  };

  // `under_way` outlives the socket; messages call it `name`.
  static Result<std::unique_ptr<ControlSocket>> bind(Loop& loop, ZmqContext& context,
                                                     const std::string& name,
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

  // Hands on what waits, each client's in turn.
  void serve();

  // Once a second: binds its path anew where it does not lead here any more. True if that was so.
  Result<bool> look();

  // Messages that were not understood, since the start.
  uint64_t refused() const { return refused_; }
  size_t clients() const { return clients_.size(); }

 private:
  struct Asked {
    std::vector<std::string> frames;
    size_t cost;  // as it counts
  };
  struct Client {
    Connection connection;
    std::shared_ptr<Tally> owes;
    std::string sender = {};  // as libzmq says it
    std::deque<Asked> waiting = {};
    bool dropped = false;  // its connection is being ended
    bool is_front = false;
  };
  using Clients = std::unordered_map<ClientId, Client>;

  ControlSocket(Loop& loop, ZmqContext& context, std::string name, zmq::socket_t socket,
                LocalListener listener, BytesUnderWay& under_way, Receiver receiver);
  void on_requests();
  void keep(const ClientId& name, std::span<std::string> frames);
  void take(const ClientId& client, const Asked& asked);
  void refuse(const ClientId& client, bool is_req, uint64_t id, const std::string& why);
  bool send(const ClientId& client, bool is_req, const Reply& reply);
  void meet(const ClientId& client, int fd);
  bool has_gone(int fd);
  void lose(const ClientId& client);
  void drop(Client& client);
  Clients::const_iterator who_owes_most() const;

  std::string name_;
  LocalListener listener_;
  BytesUnderWay& under_way_;
  Receiver receiver_;
  Clients clients_;
  std::unordered_map<int, ClientId> by_descriptor_;
  uint64_t refused_ = 0;
  RefusalLog log_;
  std::deque<ClientId> turns_;  // clients with requests that wait; some may have gone meanwhile
  Timer serve_again_;
  LoopSocket socket_;
  ConnectionWatch watch_;
};

}  // namespace muster
