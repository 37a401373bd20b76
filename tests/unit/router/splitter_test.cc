// The splitter's stories: where lines end, and what happens to those that do not.
#include "router/splitter.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "proto/limits.h"

namespace muster {
namespace {

using Lines = std::vector<std::string>;

struct Split {
  explicit Split(std::string_view bytes, size_t known = 0) {
    std::vector<std::string_view> views;
    batch = split(bytes, known, views);
    lines.assign(views.begin(), views.end());
  }
  Batch batch;
  Lines lines;
};

TEST_CASE("lines end at newlines, and what follows the last stays") {
  Split s("one\ntwo\nthr");
  CHECK(s.lines == Lines{"one", "two"});
  CHECK(s.batch.bytes == 8);
  CHECK(s.batch.tail == Tail::newline);
}

TEST_CASE("an empty span and half a line give nothing") {
  CHECK(Split("").batch.bytes == 0);
  CHECK(Split("half").batch.bytes == 0);
  CHECK(Split("half").lines.empty());
}

TEST_CASE("empty lines are lines") {
  Split s("\n\n\n");
  CHECK(s.lines == Lines{"", "", ""});
  CHECK(s.batch.bytes == 3);
}

TEST_CASE("NUL, CR and bytes that are not UTF-8 are ordinary bytes") {
  const std::string bytes("a\0b\r\n\xff\xfe\n", 8);
  Split s(bytes);
  CHECK(s.lines == Lines{std::string("a\0b\r", 4), "\xff\xfe"});
}

TEST_CASE("a line of just the longest length is one line") {
  std::string line(limits::line_piece, 'x');
  CHECK(Split(line).batch.bytes == 0);
  Split s(line + "\nnext\n");
  CHECK(s.lines == Lines{line, "next"});
}

TEST_CASE("a longer line gives its first piece, which ends the batch") {
  std::string line(limits::line_piece + 1, 'x');
  Split s("before\n" + line + "\nafter\n");
  REQUIRE(s.lines.size() == 2);
  CHECK(s.lines[1].size() == limits::line_piece);
  CHECK(s.batch.tail == Tail::split);
  CHECK(s.batch.bytes == 7 + limits::line_piece);
}

TEST_CASE("bytes that were searched before are not searched again") {
  CHECK(Split("abc\ndef\n", 3).lines == Lines{"abc", "def"});
  CHECK(Split("abc", 3).batch.bytes == 0);
  std::string line(limits::line_piece + 1, 'x');
  CHECK(Split(line, limits::line_piece).batch.tail == Tail::split);
  CHECK(Split(line, line.size()).batch.tail == Tail::split);
}

TEST_CASE("an unfinished line is taken as it is when it is not waited for") {
  std::vector<std::string_view> views;
  auto batch = split_unfinished("prompt> ", Tail::partial, views);
  CHECK(batch.bytes == 8);
  CHECK(batch.tail == Tail::partial);
  CHECK(views == std::vector<std::string_view>{"prompt> "});
}

// Splits as the router does: again and again, with what remains.
std::string joined(const std::string& bytes) {
  std::string out;
  std::vector<std::string_view> views;
  std::string_view rest = bytes;
  for (;;) {
    auto batch = split(rest, 0, views);
    if (batch.bytes == 0) break;
    for (size_t i = 0; i < views.size(); i++) {
      out += views[i];
      if (i + 1 < views.size() || batch.tail == Tail::newline) out += '\n';
    }
    rest.remove_prefix(batch.bytes);
  }
  CHECK(rest.size() <= limits::line_piece);
  return out += rest;
}

TEST_CASE("whatever is split can be put together again, byte for byte") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; round++) {
    std::string bytes;
    while (bytes.size() < 200'000) {
      size_t length = random() % 4 ? random() % 200 : random() % 150'000;
      bytes.append(length, char('a' + random() % 26));
      if (random() % 8) bytes += '\n';
    }
    REQUIRE(joined(bytes) == bytes);
  }
}

}  // namespace
}  // namespace muster
