// Lines as the bytes that sinks send. Pure: the same lines make the same bytes.
#pragma once

#include <span>
#include <string>

#include "drain/core/batch.h"

namespace muster::drain {

// The names that a line is sent with.
struct Names {
  std::string app, host;
};

struct Body {
  std::string bytes;
  size_t messages = 0;  // a line that is too long for the format makes several
};

// Heroku's: octet counting, a newline counted with each message, no structured data, always UTF-8,
// at most 10,000 bytes of a line in each message.
Body logplex_body(const Names& names, std::span<const Line> lines);
// RFC 5424 in octet counting, bytes exact, at most 7,500 of a line in each message.
Body syslog_body(const Names& names, std::span<const Line> lines);
// A JSON object a line.
Body json_body(const Names& names, const std::string& journal, std::span<const Line> lines);

}  // namespace muster::drain
