// See listen_address.h.
#include "daemon/config/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <charconv>

namespace muster {
namespace {

constexpr std::string_view local = "unix:";
constexpr std::string_view everywhere = "0.0.0.0";

bool is_host(const std::string& host, int family) {
  in6_addr bytes{};
  return inet_pton(family, host.c_str(), &bytes) == 1;
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = fail(
      "'{}' is not an address, such as \"8080\", \"127.0.0.1:8080\", \"[::1]:8080\" or "
      "\"unix:tmp/web.sock\"",
      text);
  if (text.starts_with(local)) {
    if (text.size() == local.size()) return wrong;
    return ListenAddress{std::string(text.substr(local.size())), {}, 0};
  }
  ListenAddress address{{}, std::string(everywhere), 0};
  std::string_view port = text;
  if (const size_t colon = text.rfind(':'); colon != text.npos) {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    const bool six = host.starts_with('[') && host.ends_with(']');
    if (six) host = host.substr(1, host.size() - 2);
    address.host = host;
    if (!is_host(address.host, six ? AF_INET6 : AF_INET)) return wrong;
  }
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port == 0) return wrong;
  return address;
}

std::string text_of(const ListenAddress& address) {
  if (!address.path.empty()) return std::string(local) + address.path;
  const bool six = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(six ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

}  // namespace muster
