// The request of a ctl on another machine to a key that has a forced command, as sshd hands it
// over: the line that ctl -H would have run. Pure. Keeps: a line that is not exactly one of its own
// is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// The beginning of every line that ctl -H runs over there. A variable of that machine's own must
// not lead on to a third one.
inline constexpr std::string_view far_program = "env MUSTER_HOST= ctl";

struct ForcedRequest {
  enum class Kind : uint8_t { where, serve } kind = Kind::serve;
  std::string app;  // empty: none is named
};

// An empty line is a call without ssh, or without a command: it serves.
std::optional<ForcedRequest> forced_request(std::string_view line);

}  // namespace muster
