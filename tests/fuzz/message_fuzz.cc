// A message of any bytes is refused, or it is one that can be sent again and is the same, and that
// can be passed on to a process as it is. The answer to it fits into a reply.
#include <string>
#include <vector>

#include "base/check.h"
#include "proto/check_request.h"
#include "proto/codec.h"
#include "proto/fit.h"
#include "proto/limits.h"
#include "tests/fuzz/made_request.h"

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

void take_request(std::span<const std::string_view> frames) {
  there_and_back(frames, [](auto some) { return decode_request(some); });
  const auto request = decode_request(frames);
  if (!request) return;
  CHECK(!problem_with(*request), "a request that cannot be passed on was taken");
  CHECK(request->by.size() <= limits::by, "nobody has so long a name");
  if (auto* run = std::get_if<RunRequest>(&request->body)) {
    for (auto& word : run->command) CHECK(word.find('\0') == word.npos, "a word ends in its midst");
    for (auto& [name, value] : run->env)
      CHECK(!name.empty() && name.find_first_of("=\n") == name.npos, "that is no name");
    CHECK(!run->timeout || *run->timeout <= limits::longest_time, "that overflows");
  }
}

void take_reply(std::span<const std::string_view> frames) {
  there_and_back(frames, [](auto some) { return decode_reply(some); });
  auto reply = decode_reply(frames);
  if (!reply) return;
  fit(*reply);
  CHECK(decode_reply(views(encode(*reply))), "what was made to fit is refused");
}

// An event that was journaled by whatever version is published again within the limits.
void take_record(std::string_view payload) {
  auto record = decode_record(payload, limits::journal_record);
  auto* event = record ? std::get_if<EventRecord>(&*record) : nullptr;
  if (!event) return;
  fit(*event);
  std::vector<char> bytes;
  encode(*event, bytes);
  CHECK(decode_record({bytes.data(), bytes.size()}), "what was made to fit is refused");
}

}  // namespace

// The first byte says where the frames are cut.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  take_record(bytes);
  (void)decode_numbers(bytes);
  size_t cut = std::min<size_t>(bytes.size(), data[0]);
  std::vector<std::string_view> frames{bytes};
  if (cut > 0) frames = {bytes.substr(0, cut), bytes.substr(cut)};
  (void)decode_id(frames);
  take_request(frames);
  take_reply(frames);
  const std::string made = MadeRequest(bytes).frame();
  take_request(std::vector<std::string_view>{made});
  return 0;
}
