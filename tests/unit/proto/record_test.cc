// The names and topics of records.
#include "proto/record.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a topic is closed by a slash, so that web.1 is no prefix of web.10") {
  CHECK(topic_of(RecordKind::log, "web.1") == "log/web.1/");
  CHECK(topic_of(RecordKind::scale, "api") == "scale/api/");
  CHECK_FALSE(topic_of(RecordKind::log, "web.10").starts_with(topic_of(RecordKind::log, "web.1")));
}

TEST_CASE("every kind, stream and tail has a name") {
  std::string names;
  for (const RecordKind kind : record_kinds) names += std::string(name_of(kind)) + ' ';
  CHECK(names == "log state scale start exit error notice ");
  CHECK(name_of(Stream::out) == "stdout");
  CHECK(name_of(Stream::err) == "stderr");
  CHECK(name_of(Tail::newline) == "newline");
  CHECK(name_of(Tail::split) == "split");
  CHECK(name_of(Tail::partial) == "partial");
  CHECK(name_of(Tail::eof) == "eof");
}

}  // namespace muster
