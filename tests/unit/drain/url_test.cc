// Addresses of drains, and that nothing secret of them is shown.
#include "drain/core/url.h"

#include <catch2/catch.hpp>

using namespace muster;
using namespace muster::drain;

TEST_CASE("the scheme chooses the sink, and the request has neither user nor password") {
  auto url = parse_url("https://user:p%40ss@logs.example:8443/in/TOKEN?key=GEHEIM");
  REQUIRE(url);
  CHECK(url->kind == SinkKind::logplex);
  CHECK(url->tls);
  CHECK(url->user == "user");
  CHECK(url->password == "p@ss");
  CHECK(url->request == "https://logs.example:8443/in/TOKEN?key=GEHEIM");
  CHECK(url->masked == "https://user:***@logs.example:8443/...");
  CHECK(without_secrets("no p@ss for in/TOKEN?key=GEHEIM", *url) == "no *** for ***");
  CHECK(parse_url("webhook+http://a/")->request == "http://a/");
  CHECK(parse_url("file:///var/log/a%20b")->path == "/var/log/a b");
}

TEST_CASE("a syslog address has a port of its own and options") {
  auto url = parse_url("syslog+tls://[::1]?verify=off");
  REQUIRE(url);
  CHECK(url->host == "::1");
  CHECK(url->port == 6514);
  CHECK(url->options.at("verify") == "off");
  CHECK(parse_url("syslog://a")->port == 514);
}

TEST_CASE("an address that is none is refused in words") {
  for (const char* text : {"", "logs.example", "gopher://a", "https:a", "https://", "https://a:0",
                           "https://a:x", "https://[::1", "file:a", "https://a b/", "http://\xff/"})
    CHECK_FALSE(parse_url(text));
}
