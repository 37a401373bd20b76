// See curve.h. libzmq makes keys as texts of its own kind, and takes them as bytes too.
#include "base/zmq/curve.h"

#include <zmq.h>
#include <array>

#include "base/check.h"

namespace muster {
namespace {

constexpr size_t bytes_of_key = 32;
using KeyText = std::array<char, 41>;

std::string bytes_of_text(const KeyText& text) {
  std::string bytes(bytes_of_key, '\0');
  CHECK(zmq_z85_decode(reinterpret_cast<uint8_t*>(bytes.data()), text.data()), "z85");
  return bytes;
}

void set_key(zmq::socket_t& socket, int option, std::string_view key) {
  if (zmq_setsockopt(socket.handle(), option, key.data(), key.size()) != 0) throw zmq::error_t();
}

}  // namespace

CurvePair make_curve_pair() {
  KeyText open{}, secret{};
  CHECK(zmq_curve_keypair(open.data(), secret.data()) == 0, "libzmq has no CURVE");
  return {bytes_of_text(open), bytes_of_text(secret)};
}

std::string open_half(std::string_view secret) {
  CHECK(secret.size() == bytes_of_key, "{} bytes", secret.size());
  KeyText text{}, open{};
  zmq_z85_encode(text.data(), reinterpret_cast<const uint8_t*>(secret.data()), secret.size());
  CHECK(zmq_curve_public(open.data(), text.data()) == 0, "libzmq has no CURVE");
  return bytes_of_text(open);
}

void authenticate(zmq::socket_t& socket, const CurvePair& own, std::string_view server) {
  set_key(socket, ZMQ_CURVE_SERVERKEY, server);
  set_key(socket, ZMQ_CURVE_PUBLICKEY, own.open);
  set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret);
}

}  // namespace muster
