// Where a socket listens, as muster.toml writes it: "8080", "127.0.0.1:8080", "[::1]:8080" or
// "unix:tmp/web.sock". Pure; whether such a socket can be opened is not known here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

Result<ListenAddress> parse_listen_address(std::string_view text);
// The same the other way, the host always written.
std::string text_of(const ListenAddress& address);

}  // namespace muster
