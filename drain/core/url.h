// The address of a drain. Its scheme chooses the sink. Keeps: what is shown of it has no password.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::drain {

enum class SinkKind : uint8_t { logplex, webhook, syslog, file };

struct Url {
  SinkKind kind = SinkKind::logplex;
  bool tls = false;
  std::string user, password;                  // decoded
  std::string host;                            // without brackets
  uint16_t port = 0;                           // of syslog; HTTP has it in `request`
  std::string request;                         // of HTTP: the address without user and password
  std::string path;                            // of a file
  std::map<std::string, std::string> options;  // of syslog: what stands behind `?`

  std::string secret;  // path and query of the request, in which a token may stand

  // As people may see it: "https://user:***@host/...".
  std::string masked;
};

Result<Url> parse_url(std::string_view text);

// `text` with all that is secret in the address taken out, wherever it stands.
std::string without_secrets(std::string text, const Url& url);

}  // namespace muster::drain
