// The ZeroMQ context of a program, set up so that libzmq cannot surprise it: identities are random,
// sockets do not linger. Declared before every socket, so that it outlives them.
#pragma once

#include <string>
#include <zmq.hpp>

namespace muster {

class ZmqContext {
 public:
  ZmqContext();
  zmq::context_t& get() { return context_; }

 private:
  zmq::context_t context_;
};

// The options that each of our sockets has: no linger, a bounded handshake, messages of at most
// `max_message` bytes, and heartbeats that end connections whose other side is gone.
zmq::socket_t make_socket(ZmqContext& context, zmq::socket_type type, int64_t max_message);

// A socket that receives the `events` of another one (ZMQ_EVENT_... of zmq_socket_monitor), which
// has no other monitor. `name` is given once in the context. Throws zmq::error_t.
zmq::socket_t make_monitor(ZmqContext& context, zmq::socket_t& socket, const std::string& name,
                           int events);

}  // namespace muster
