// Addresses as muster.toml writes them.
#include "daemon/config/listen_address.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("an address is a port, with or without a host, or a path") {
  CHECK(parse_listen_address("8080") == ListenAddress{{}, "0.0.0.0", 8080});
  CHECK(parse_listen_address("127.0.0.1:80") == ListenAddress{{}, "127.0.0.1", 80});
  CHECK(parse_listen_address("[::1]:80") == ListenAddress{{}, "::1", 80});
  CHECK(parse_listen_address("unix:tmp/web.sock") == ListenAddress{"tmp/web.sock", {}, 0});
}

TEST_CASE("what is no address is refused") {
  for (auto text : {"", "web", "0", "-1", "65536", "80x", ":80", "localhost:80", "::1:80",
                    "[127.0.0.1]:80", "[::1]", "127.0.0.1:", "unix:"}) {
    INFO(text);
    CHECK_FALSE(parse_listen_address(text));
  }
}

TEST_CASE("an address is written so that it is read as the same") {
  for (auto text : {"0.0.0.0:8080", "127.0.0.1:80", "[::1]:80", "unix:tmp/web.sock"})
    CHECK(text_of(*parse_listen_address(text)) == text);
}
