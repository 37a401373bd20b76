// Which subscriptions the bus takes.
#include "serve/bus_socket.h"

#include <catch2/catch.hpp>
#include "proto/limits.h"

using namespace muster;

TEST_CASE("whatever can match a topic is taken") {
  for (auto prefix :
       {"", "l", "log", "log/", "log/web.", "log/web.1/", "state/", "scale/api/", "s"})
    CHECK(is_topic_prefix(prefix));
}

TEST_CASE("what can never match costs nothing, because it is not kept") {
  for (auto prefix : {"web", "logs/", "log/web 1", "log/web.1/x", "\xff", "/", "log//x",
                      "log/web.1x", "log/web.12345678901"})
    CHECK_FALSE(is_topic_prefix(prefix));
  CHECK_FALSE(is_topic_prefix("log/" + std::string(limits::bus_topic, 'a')));
}
