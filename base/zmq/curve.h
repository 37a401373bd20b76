// Pairs of keys of CURVE, as bytes: 32 each.
#pragma once

#include <string>
#include <string_view>
#include <zmq.hpp>

namespace muster {

struct CurvePair {
  std::string open, secret;
};
CurvePair make_curve_pair();
std::string open_half(std::string_view secret);

// The socket is to connect as the owner of this pair, and only to the server with that key. Before
// it is connected.
void authenticate(zmq::socket_t& socket, const CurvePair& own, std::string_view server);

}  // namespace muster
