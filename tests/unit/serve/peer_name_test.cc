// The client that a request comes from, as the log names it.
#include <unistd.h>
#include <catch2/catch.hpp>

#include "serve/peer_name.h"

namespace muster {
namespace {

std::string named(std::string_view said, const std::string& user = "0") {
  return name_of_peer("localhost:" + user + ":0:4711", said);
}

}  // namespace

TEST_CASE("the user is whom the kernel says, and the host what the client says") {
  CHECK(named("root@box") == "root@box");
  CHECK(named("eve@box") == "root@box");
  CHECK(named("eve@prod@box") == "root@box");
  CHECK(named("") == "root");
  CHECK(named("eve") == "root");
  CHECK(named("eve@") == "root");
  CHECK(named("eve@box", "4242424") == "4242424@box");
  CHECK(name_of_peer("10.0.0.1", "eve@box") == "?@box");
}

TEST_CASE("what a client says is printable, and has an end") {
  CHECK(named("@b\x1b[1mo x\n") == "root@b?[1mo?x?");
  CHECK(named('@' + std::string(1000, 'h')) == "root@" + std::string(123, 'h'));
}

}  // namespace muster
