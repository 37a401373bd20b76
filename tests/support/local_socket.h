// A TCP socket on a port of 127.0.0.1 that the kernel has chosen; it does not listen yet.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <cstdint>

#include "base/unique_fd.h"

#include <catch2/catch.hpp>

namespace muster {

struct LocalSocket {
  UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  uint32_t port = 0;

  LocalSocket() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(fd.get(), raw, size) == 0);
    REQUIRE(getsockname(fd.get(), raw, &size) == 0);
    port = ntohs(address.sin_port);
  }
};

}  // namespace muster
