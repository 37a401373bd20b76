// The bytes that receivers get.
#include "drain/core/format.h"

#include <catch2/catch.hpp>

#include "drain/core/http_answer.h"

using namespace muster;
using namespace muster::drain;

namespace {

const Names names{"shop", "box"};

Line line_of(std::string text, Origin origin = Origin::app) {
  return {7,
          41,
          WallTime(Nanos(1'795'342'502'114'233'000)),
          origin,
          Stream::out,
          "web.1",
          std::move(text)};
}

Body logplex(const Line& line) { return logplex_body(names, std::span(&line, 1)); }

}  // namespace

TEST_CASE("Heroku's format counts its newline, and has no structured data") {
  CHECK(logplex(line_of("hi")).bytes ==
        "60 <190>1 2026-11-22T10:15:02.114233+00:00 host app web.1 - hi\n");
}

TEST_CASE("Heroku's format has no line that a receiver would count otherwise") {
  for (const char* text : {"", "\r", "a\nb", "\xff"}) {
    const Body body = logplex(line_of(text));
    CHECK(std::count(body.bytes.begin(), body.bytes.end(), '\n') == 1);
    CHECK(body.messages == 1);
  }
  CHECK(logplex(line_of("")).bytes.ends_with(" -  \n"));
  CHECK(logplex(line_of("\xff")).bytes.ends_with("- \xef\xbf\xbd\n"));
}

TEST_CASE("a line that is too long for a message makes several, cut between characters") {
  std::string text(9'999, 'a');
  for (int i = 0; i < 10; i++) text += "\xc3\xa4";
  const Body body = logplex(line_of(text));
  CHECK(body.messages == 2);
  CHECK(body.bytes.find("a\n") != std::string::npos);
}

TEST_CASE("syslog is exact in its bytes, and says which line it is") {
  const Line line = line_of("a\xff");
  CHECK(syslog_body(names, std::span(&line, 1)).bytes ==
        "83 <190>1 2026-11-22T10:15:02.114233+00:00 box shop web.1 41 [meta sequenceId=\"42\"] "
        "a\xff");
}

TEST_CASE("a JSON line has an id that stays, and its bytes where they are no text") {
  const Line line = line_of("hi"), other = line_of("\xff");
  CHECK(json_body(names, "5eed0001beef", std::span(&line, 1)).bytes ==
        "{\"id\":\"5eed0001-7-41\",\"app\":\"shop\",\"host\":\"box\",\"seq\":7,\"number\":41,"
        "\"time\":\"2026-11-22T10:15:02.114233+00:00\",\"source\":\"app\",\"process\":\"web.1\","
        "\"stream\":\"stdout\",\"line\":\"hi\"}\n");
  CHECK(json_body(names, "5eed0001beef", std::span(&other, 1)).bytes.find("\"base64\":\"/w==\"") !=
        std::string::npos);
}

TEST_CASE("a status says whether a batch is sent again, put apart, or a person is needed") {
  using Kind = Answer::Kind;
  for (const long status : {200, 202, 204}) CHECK(answer_of(status, {}, "").kind == Kind::accepted);
  for (const long status : {408, 425, 429, 500, 503})
    CHECK(answer_of(status, {}, "").kind == Kind::later);
  for (const long status : {301, 401, 403, 404, 407})
    CHECK(answer_of(status, {}, "").kind == Kind::unwelcome);
  for (const long status : {400, 413, 422}) CHECK(answer_of(status, {}, "").kind == Kind::refused);
  CHECK(answer_of(503, 7s, "busy").retry_after == 7s);
  CHECK(answer_of(503, 7s, "busy\x1b").why == "the receiver answers 503: busy\\x1b");
}
