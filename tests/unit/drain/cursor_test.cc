// The file that says how far a drain is.
#include "drain/core/cursor.h"

#include <catch2/catch.hpp>

using namespace muster;
using namespace muster::drain;

TEST_CASE("a cursor is read as it was written, without a journal too") {
  for (const Cursor& cursor : {Cursor{"5eed0001", 41, 97}, Cursor{"", 0, 0}}) {
    auto read = parse_cursor(encode(cursor));
    REQUIRE(read);
    CHECK(*read == cursor);
  }
}

TEST_CASE("a cursor that was cut or changed anywhere is refused") {
  const std::string text = encode({"5eed0001", 41, 97});
  for (size_t i = 0; i + 1 < text.size(); i++) {
    CHECK_FALSE(parse_cursor(text.substr(0, i)));
    std::string changed = text;
    changed[i] ^= 1;
    CHECK_FALSE(parse_cursor(changed));
  }
}
