// The words of muster.toml to values: "5s", "INT", "027", "64K". Pure, and knows nothing of the
// file's syntax. An error says what was expected, and is put behind the key by the caller.
#pragma once

#include <optional>
#include <string_view>

#include "base/quantity.h"
#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

// With or without "SIG": its number.
std::optional<int> signal_named(std::string_view text);
// The same; only such as can be caught.
Result<Signal> parse_signal(std::string_view text);
// Octal digits, as the shell's umask takes them.
Result<FileMask> parse_mask(std::string_view text);
// A size, or "unlimited".
Result<ResourceLimit> parse_limit(std::string_view text);

// "tree" or "leader".
Result<Audience> parse_audience(std::string_view text);
// "always", "on-failure" or "never".
Result<Restart> parse_restart(std::string_view text);
// "port", "notify", "none", "delay:3s", "exec:COMMAND", "http:/PATH", "log:PATTERN" or
// "accept".
Result<Readiness> parse_readiness(std::string_view text);
// A name, or a number from 0 on in digits alone that stands for a user or a group: what could be
// read as "leave it as it is", or as another number by another program, is none.
Result<AccountName> parse_account_name(std::string_view text);
// A path, of which only that matters where it leads: "./site/" is "site", and "." is nothing.
Result<std::string> parse_directory(std::string_view text);
// By name: "heroku".
Result<Backoff> parse_backoff(std::string_view text);

}  // namespace muster
