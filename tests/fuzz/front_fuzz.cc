// A frame of any bytes from the network is refused by muster-front with an answer, or passed on as
// a request that the daemon understands, in the name of the key by which it came and no other.
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "proto/codec.h"
#include "proto/limits.h"
#include "tests/fuzz/made_request.h"

using namespace muster;

namespace {

// The longest name of a key, and the longest address.
const std::string longest_by =
    std::string(63, 'n') + "@0000:0000:0000:0000:0000:ffff:255.255.255.255";

void take(std::string_view frame) {
  auto request = decode_request(std::span(&frame, 1));
  if (!request) {
    const uint64_t id = decode_id(std::span(&frame, 1)).value_or(0);
    const Frames answer = encode(Reply{id, false, RefusedReply{Refusal::usage, request.message()}});
    const std::string_view answered = answer[0];
    CHECK(decode_reply(std::span(&answered, 1)), "the refusal is not understood");
    return;
  }
  request->by = longest_by;
  const Frames passed_on = encode(*request);
  const std::string_view frame_for_daemon = passed_on[0];
  const auto taken = decode_request(std::span(&frame_for_daemon, 1));
  CHECK(taken, "what is passed on is not understood: {}", taken.message());
  CHECK(taken->by == longest_by, "it is in another name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  take(bytes);
  take(MadeRequest(bytes).frame());
  return 0;
}
