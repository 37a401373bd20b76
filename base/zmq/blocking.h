// Sockets of programs that have no event loop: wait, then take what is there. Signals interrupt a
// wait and nothing else; no call throws.
#pragma once

#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "base/time.h"

namespace muster {

// Returns when there may be something to receive, a signal came, or the time is over.
void wait_readable(zmq::socket_t& socket, Nanos timeout);

// Takes a message that is there already, as its frames; false if there is none. The frames beyond
// `most` are thrown away.
bool receive_now(zmq::socket_t& socket, std::vector<zmq::message_t>& frames, size_t most);

// Waits at most the socket's send timeout for room; false if there was none.
bool send_frame(zmq::socket_t& socket, std::string_view frame);

}  // namespace muster
