// The words of muster.toml to values: "5s", "INT", "027", "64K". Pure, and knows nothing of the
// file's syntax. An error says what was expected, and is put behind the key by the caller.
#pragma once

#include <string_view>

#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

// Whole numbers with a unit, one after the other: "500ms", "5s", "1m30s", "2h", "1d".
Result<Nanos> parse_duration(std::string_view text);
// With or without "SIG"; only such as can be caught.
Result<Signal> parse_signal(std::string_view text);
// Octal digits, as the shell's umask takes them.
Result<FileMask> parse_mask(std::string_view text);
// A whole number, also with K, M, G or T for powers of 1024, or "unlimited".
Result<ResourceLimit> parse_limit(std::string_view text);

// "always", "on-failure" or "never".
Result<Restart> parse_restart(std::string_view text);
// "port", "notify", "none", "delay:3s", "exec:COMMAND", "http:/PATH" or "log:PATTERN".
Result<Readiness> parse_readiness(std::string_view text);
// By name: "heroku".
Result<Backoff> parse_backoff(std::string_view text);

}  // namespace muster
