// Structs to bytes and back: the only room that knows msgpack. Decoding trusts nothing: sizes and
// nesting are limited before anything is allocated, trailing bytes, missing fields and wrong types
// are errors that name the field, unknown fields are skipped.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proto/limits.h"
#include "proto/message.h"
#include "proto/record.h"

namespace muster {

// Appends the payload of `record` to `out` (nothing is cleared). The log form allocates only to
// grow `out`.
void encode(const LogRecord& record, std::vector<char>& out);
void encode(const EventRecord& record, std::vector<char>& out);

// Views in a decoded LogRecord point into `payload`. More than `most` bytes are refused.
Result<Record> decode_record(std::string_view payload, size_t most = limits::bus_payload);

// Only the numbers, without looking at more of the payload than is needed to find them: for those
// who pass records on.
Result<RecordNumbers> decode_numbers(std::string_view payload);

// A message is one or more frames; only a replay's records take more than one.
using Frames = std::vector<std::string>;
Frames encode(const Request& request);
Frames encode(const Reply& reply);
Result<Request> decode_request(std::span<const std::string_view> frames);
// The id of a request that decode_request refused, so that its sender can be told.
std::optional<uint64_t> decode_id(std::span<const std::string_view> frames);
Result<Reply> decode_reply(std::span<const std::string_view> frames);

}  // namespace muster
