// See context.h.
#include "base/zmq/context.h"

#include <sys/random.h>

#include <cstdlib>

namespace muster {

namespace {
constexpr int handshake_ms = 2000;
constexpr int heartbeat_ms = 5000;  // asks; a peer that says nothing for two of them is gone
constexpr int heartbeat_timeout_ms = 10000;
constexpr int max_sockets = 64;  // each costs file descriptors; we make fewer than ten
}  // namespace

ZmqContext::ZmqContext() : context_(1) {
  // libzmq draws the identities that it gives to peers from rand(): two daemons must not draw the
  // same.
  unsigned seed = 0;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed) std::srand(seed);
  context_.set(zmq::ctxopt::max_sockets, max_sockets);
  context_.set(zmq::ctxopt::blocky, 0);
}

zmq::socket_t make_socket(ZmqContext& context, zmq::socket_type type, int64_t max_message) {
  zmq::socket_t socket(context.get(), type);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::handshake_ivl, handshake_ms);
  socket.set(zmq::sockopt::maxmsgsize, max_message);
  socket.set(zmq::sockopt::heartbeat_ivl, heartbeat_ms);
  socket.set(zmq::sockopt::heartbeat_timeout, heartbeat_timeout_ms);
  return socket;
}

zmq::socket_t make_monitor(ZmqContext& context, zmq::socket_t& socket, const std::string& name,
                           int events) {
  const std::string address = "inproc://" + name;
  if (zmq_socket_monitor(socket.handle(), address.c_str(), events) != 0) throw zmq::error_t();
  zmq::socket_t monitor(context.get(), zmq::socket_type::pair);
  monitor.set(zmq::sockopt::linger, 0);
  monitor.connect(address);
  return monitor;
}

}  // namespace muster
