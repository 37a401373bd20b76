// Durations and sizes as people write them: "1m30s", "64K". Pure. An error says what was expected
// and not where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace muster {

// Whole numbers with a unit, one after the other: "500ms", "5s", "1m30s", "2h", "1d". A year is too
// long.
Result<Nanos> parse_duration(std::string_view text);

// Bytes: a whole number, also with K, M, G or T for powers of 1024.
Result<uint64_t> parse_size(std::string_view text);
// "512M", where "512 MB", "512mib" or "512m" was written.
std::optional<std::string> size_meant_by(std::string_view text);

}  // namespace muster
