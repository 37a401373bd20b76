// Whatever a peer sends: it is refused, or it is a message that can be sent again and is the same.
#include <string>
#include <vector>

#include "base/check.h"
#include "proto/codec.h"

using namespace muster;

namespace {

std::vector<std::string_view> views(const Frames& frames) { return {frames.begin(), frames.end()}; }

template <class Decode>
void there_and_back(std::span<const std::string_view> frames, Decode decode) {
  auto message = decode(frames);
  if (!message) return;
  Frames once = encode(*message);
  auto again = decode(views(once));
  CHECK(again, "what was encoded cannot be decoded: {}", again.message());
  CHECK(encode(*again) == once, "what was decoded is another message");
}

}  // namespace

// The first byte says where the frames are cut.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)decode_record(bytes);
  (void)decode_numbers(bytes);
  size_t cut = std::min<size_t>(bytes.size(), data[0]);
  std::vector<std::string_view> frames{bytes};
  if (cut > 0) frames = {bytes.substr(0, cut), bytes.substr(cut)};
  (void)decode_id(frames);
  there_and_back(frames, [](auto some) { return decode_request(some); });
  there_and_back(frames, [](auto some) { return decode_reply(some); });
  return 0;
}
