// The faults that make a request invalid although each field has its type.
#include "proto/check_request.h"

#include <catch2/catch.hpp>

#include "proto/codec.h"
#include "proto/limits.h"
#include "tests/unit/proto/hex.h"

namespace muster {
namespace {

std::string refusal_of(const std::string& frame) {
  const std::string_view frames[] = {frame};
  const auto request = decode_request(frames);
  REQUIRE_FALSE(request);
  return request.message();
}

}  // namespace

TEST_CASE("a field that comes twice makes a message invalid, in a map within it as well") {
  CHECK(refusal_of(unhex("84 a2 6964 05 a2 6279 a1 78 a4 76657262 a2 7073 a2 6964 06"_hex)) ==
        "request: field 'id' comes twice");
  CHECK(refusal_of(unhex("84 a2 6964 05 a2 6279 a1 78 a4 76657262 a6 636f6e666967"
                         "a3 736574 82 a1 41 a1 31 a1 41 a1 32"_hex)) ==
        "request: field 'A' comes twice");
  const std::string twice = unhex("82 a2 6964 05 a2 6964 06"_hex);
  CHECK_FALSE(decode_id(std::vector<std::string_view>{twice}));
  const std::string reply = unhex("83 a2 6964 05 a5 7265706c79 a4 646f6e65 a2 6964 06"_hex);
  CHECK_FALSE(decode_reply(std::vector<std::string_view>{reply}));
}

TEST_CASE("a request that could not be passed on as it is is refused") {
  const auto refusal = [](RequestBody body, std::string by = "a@b") {
    return refusal_of(encode(Request{.id = 5, .by = std::move(by), .body = std::move(body)})[0]);
  };
  using namespace std::string_literals;
  CHECK(refusal(PsRequest{}, std::string(limits::by + 1, 'x')) ==
        "request: field 'by': longer than 128 bytes");
  CHECK(refusal(PsRequest{}, "a\0b"s) == "request: field 'by': a NUL in a text");
  CHECK(refusal(PsRequest{{"web\0"s}}) == "request: field 'names': a NUL in a text");
  CHECK(refusal(RunRequest{{"echo", "a\0b"s}}) == "request: field 'command': a NUL in a text");
  CHECK(refusal(RunRequest{{"x"}, {{"A", "1\0"s}}}) == "request: field 'env': a NUL in a text");
  for (auto& name : {""s, "A=B"s, "A\nB"s, "A\0"s})
    CHECK(refusal(RunRequest{{"x"}, {{name, "1"}}}).starts_with("request: field 'env': '"));
  CHECK(refusal(ConfigRequest{{{"A", "1\0"s}}, {}}) == "request: field 'set': a NUL in a text");
  RunRequest run{{"x"}};
  for (auto time : {Nanos::max(), Nanos(0), Nanos(-1), Nanos::min()}) {
    run.timeout = time;
    CHECK(refusal(run) == "request: field 'timeout': out of range");
  }
  run.timeout = 1h;
  run.memory = UINT64_MAX;
  CHECK(refusal(run) == "request: field 'memory': out of range");
  CHECK(refusal(ReplayRequest{.until = WallTime{}, .follow = true}) ==
        "request: field 'until': a replay that follows does not end; leave out one of the two");
  CHECK(refusal(ReplayRequest{.journal = "5\0"s}) == "request: field 'journal': a NUL in a text");
  for (int number : {0, -1, 65}) {
    CHECK(refusal(SignalRequest{number}).ends_with("is not a signal"));
    CHECK(refusal(KillRequest{{"web"}, number}).ends_with("is not a signal"));
  }
}

}  // namespace muster
