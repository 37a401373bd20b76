// Keys as texts, and the list of keys that are let in from other machines.
#include "proto/remote_keys.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "proto/key_text.h"
#include "proto/server_key.h"

using namespace muster;

namespace {

std::string some_key(char first) {
  std::string key(key_bytes, '\0');
  for (size_t i = 0; i < key.size(); i++) key[i] = static_cast<char>(first + 37 * i);
  return key;
}

std::vector<RemoteKey> parsed(const std::string& text) {
  auto keys = parse_remote_keys(text, "keys");
  INFO((keys ? "" : keys.message()));
  REQUIRE(keys);
  return *keys;
}

std::string refused(const std::string& text) {
  auto keys = parse_remote_keys(text, "keys");
  REQUIRE_FALSE(keys);
  return keys.message();
}

const std::string one = key_text(some_key(1)), two = key_text(some_key(2));
const WallTime now{1'800'000'000s};  // January 2027

}  // namespace

TEST_CASE("the words of a key are those of its first twelve bytes as proquints") {
  const std::string beginning("\x7f\x00\x00\x01\x3f\x54\xdc\xc1\x3f\x76\x07\x23", 12);
  const std::string key = beginning + std::string(key_bytes - beginning.size(), 'x');
  CHECK(key_words(key) == "lusab-babad-gutih-tugad-gutuk-bisog");
  CHECK(words_of_key_text(key_text(key)) == key_words(key));
  CHECK(words_of_key_text("mk1") == "");
}

TEST_CASE("a key is written as a text without doubtful letters, and read again") {
  for (const char first : {'\0', '\1', 'A', '\xff'}) {
    const std::string text = key_text(some_key(first));
    CHECK(text.size() == 57);
    CHECK(text.find_first_of("ilou") == text.npos);
    CHECK(key_of_text(text) == some_key(first));
  }
  CHECK(key_text(std::string(key_bytes, '\0')) == "mk1" + std::string(52, '0') + "m1");
  CHECK(key_of_text("MK1" + one.substr(3)) == some_key(1));
}

TEST_CASE("a text with a wrong character, or two exchanged, is no key") {
  for (size_t at = 3; at < one.size(); at++) {
    std::string other = one;
    other[at] = other[at] == 'a' ? 'b' : 'a';
    INFO(other);
    CHECK_FALSE(key_of_text(other));
    other = one;
    if (at + 1 == one.size() || other[at] == other[at + 1]) continue;
    std::swap(other[at], other[at + 1]);
    CHECK_FALSE(key_of_text(other));
  }
  for (const std::string& text : {std::string(), one + "0", one.substr(1), "mk2" + one.substr(3)})
    CHECK_FALSE(key_of_text(text));
}

TEST_CASE("a line says who, how much, and from where and until when") {
  const auto keys = parsed("# who\n\neve admin " + one + "\n  dora\tread " + two +
                           " from=10.0.0.0/8 until=2027-03-01 # ships logs\n");
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].name == "eve");
  CHECK(keys[0].role == Role::admin);
  CHECK(keys[0].key == some_key(1));
  CHECK(keys[1].note == "ships logs");
  CHECK(line_of(keys[1]) == "dora read " + two + " from=10.0.0.0/8 until=2027-03-01 # ships logs");
  CHECK(parsed(line_of(keys[1])).front().until == "2027-03-01");
}

TEST_CASE("a line that is not understood is told with its number, and nobody is let in by it") {
  CHECK(refused("\neve admin").starts_with("keys:2: "));
  CHECK(refused("eve root " + one).find("none of read, operate, admin") != std::string::npos);
  CHECK(refused("eve read " + one.substr(1)).find("is no key") != std::string::npos);
  CHECK(refused("eve@box read " + one).find("cannot be a name") != std::string::npos);
  CHECK(refused("eve read " + one + " topics=log/").find("is not known") != std::string::npos);
  CHECK(refused("eve read " + one + " from=10.0.0.0/33").find("from") != std::string::npos);
  CHECK(refused("eve read " + one + " until=tomorrow").find("is no date") != std::string::npos);
  CHECK(refused("eve read " + one + "\neve read " + two).find("twice") != std::string::npos);
  CHECK(refused("eve read " + one + "\ndora read " + one).find("twice") != std::string::npos);
}

TEST_CASE("a key counts in its part of the network and up to the end of its day") {
  RemoteKey key{"eve", Role::read, some_key(1), "10.1.0.0/16", "", ""};
  CHECK(why_not_now(key, "10.1.255.1", now).empty());
  CHECK(why_not_now(key, "10.2.0.1", now) == "not from this address");
  CHECK(why_not_now(key, "::ffff:10.1.0.1", now).empty());
  CHECK(why_not_now(key, "fd00::1", now) == "not from this address");
  CHECK(why_not_now(key, "", now) == "not from this address");
  key.from = "fd00::/9";
  CHECK(why_not_now(key, "fd7f::1", now).empty());
  CHECK(why_not_now(key, "fd80::1", now) == "not from this address");
  key.from = "10.0.0.7";
  CHECK(why_not_now(key, "10.0.0.7", now).empty());
  CHECK(why_not_now(key, "10.0.0.6", now) == "not from this address");
  key.from.clear();
  key.until = "2027-01-20";
  CHECK(why_not_now(key, "10.0.0.7", now).empty());
  key.until = "2027-01-10";
  CHECK(why_not_now(key, "10.0.0.7", now) == "expired");
}

TEST_CASE("the next key of a server is in force from its second on, and not before") {
  ServerKey key{some_key(1), {}, {}};
  CHECK(text_of(key) == one + '\n');
  CHECK(key.in_force(now) == some_key(1));
  key.next = some_key(2);
  key.next_from = now;
  const auto again = parse_server_key(text_of(key), "key");
  REQUIRE(again);
  CHECK(text_of(*again) == fmt::format("{}\nnext {} from=1800000000\n", one, two));
  CHECK(again->in_force(now - 1ns) == some_key(1));
  CHECK(again->in_force(now) == some_key(2));
}

TEST_CASE("a damaged file of the server's key is no key, and its text is not shown") {
  const std::string next = "next " + two + " from=";
  for (const std::string& text :
       {std::string(), one.substr(1), one + "\n" + two, one + "\n" + next, one + "\n" + next + "-1",
        one + "\n" + next + "99999999999", one + "\n" + next + "1 x", one + "\n\n" + next + "1",
        one + "\nnext " + two.substr(1) + " from=1"}) {
    INFO(text);
    const auto key = parse_server_key(text, "key");
    REQUIRE_FALSE(key);
    CHECK(key.message().find(one.substr(3, 10)) == std::string::npos);
  }
}

TEST_CASE("an invitation is a key that ends, and is written and read as one") {
  const auto keys = parsed("eve read " + one + " from=10.0.0.0/8 once=1800000000 # eve\n");
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].once == now);
  CHECK(line_of(keys[0]) == "eve read " + one + " from=10.0.0.0/8 once=1800000000 # eve");
  CHECK(why_not_now(keys[0], "10.0.0.1", now).empty());
  CHECK(why_not_now(keys[0], "10.0.0.1", now + 1ns) == "the invitation has ended");
  for (const char* once : {"once=", "once=x", "once=-1", "once=1 once=2", "once=99999999999"})
    CHECK_FALSE(parse_remote_keys("eve read " + one + ' ' + once, "keys"));
}
