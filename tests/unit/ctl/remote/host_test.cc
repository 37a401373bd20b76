// The machines that a user names: URLs of ssh, and lines of the list of hosts.
#include "ctl/remote/host.h"

#include <catch2/catch.hpp>
#include <string>

using namespace muster;

namespace {

std::string refused(std::string_view url) {
  auto host = parse_host_url(url);
  REQUIRE_FALSE(host);
  return host.message();
}

}  // namespace

TEST_CASE("a URL may name user, port and app") {
  CHECK(*parse_host_url("ssh://box") == FarHost{"", "box", {}, ""});
  CHECK(*parse_host_url("ssh://box/") == FarHost{"", "box", {}, ""});
  CHECK(*parse_host_url("ssh://deploy@box:2222/shop") == FarHost{"deploy", "box", 2222, "shop"});
  CHECK(*parse_host_url("SSH://box.example.org/shop") ==
        FarHost{"", "box.example.org", {}, "shop"});
}

TEST_CASE("an address of IPv6 stands in brackets, and may have a zone") {
  CHECK(*parse_host_url("ssh://[::1]/shop") == FarHost{"", "::1", {}, "shop"});
  CHECK(*parse_host_url("ssh://a@[fe80::1%25eth0]:22") == FarHost{"a", "fe80::1%eth0", 22, ""});
  CHECK(refused("ssh://::1/shop").find("in brackets") != std::string::npos);
  CHECK(refused("ssh://[::1/shop").find("no ']'") != std::string::npos);
  CHECK(refused("ssh://[::1]x").find("behind the ']'") != std::string::npos);
}

TEST_CASE("its parts are decoded, and what they become is looked at") {
  CHECK(parse_host_url("ssh://eve%40corp@bo%78/sh%6Fp")->user == "eve@corp");
  CHECK(parse_host_url("ssh://eve@bo%78/sh%6Fp")->host == "box");
  CHECK(parse_host_url("ssh://eve@bo%78/sh%6Fp")->app == "shop");
  CHECK(parse_host_url("ssh://corp%5Ceve@box")->user == "corp\\eve");
  for (auto* url : {"ssh://%2Doption@box", "ssh://-box", "ssh://box%00", "ssh://box%0A",
                    "ssh://a%20b", "ssh://a%2Fb", "ssh://a%4", "ssh://a%+1", "ssh://a%2gb"})
    CHECK_FALSE(parse_host_url(url));
}

TEST_CASE("a password is refused, and not shown as a host") {
  CHECK(refused("ssh://eve:secret@box").find("password") != std::string::npos);
}

TEST_CASE("a host is shown as it is asked for again") {
  for (auto* url : {"ssh://box", "ssh://deploy@box:2222", "ssh://[::1]:22"})
    CHECK(parse_host_url(url)->url() == url);
}

TEST_CASE("a daemon that listens itself is named with its port, and without a user") {
  FarHost wanted{"", "10.0.0.5", 5555, "shop"};
  wanted.by_curve = true;
  CHECK(*parse_host_url("muster://10.0.0.5:5555/shop") == wanted);
  CHECK(parse_host_url("muster://[fd00::5]:5555")->url() == "muster://[fd00::5]:5555");
  CHECK(refused("muster://box/shop").find("needs the port") != std::string::npos);
  CHECK(refused("muster://eve@box:5555").find("knows no user") != std::string::npos);
}

TEST_CASE("a list has a name and a URL a line, and comments") {
  const auto rows =
      parse_hosts("# all\n\n prod\tssh://deploy@box/shop # ours\r\nb ssh://b", "hosts");
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK(rows->at(0).name == "prod");
  CHECK(rows->at(0).host == FarHost{"deploy", "box", {}, "shop"});
  CHECK(rows->at(1).name == "b");
}

TEST_CASE("a line that is wrong is told with file and line") {
  CHECK(parse_hosts("a ssh://a\nb\n", "hosts").message().starts_with("hosts:2: "));
  CHECK(parse_hosts("a ssh://a\na ssh://b\n", "hosts").message().starts_with("hosts:2: "));
  CHECK(parse_hosts("-a ssh://a\n", "hosts").message().starts_with("hosts:1: "));
  CHECK(parse_hosts("\n\na ftp://a\n", "hosts").message().starts_with("hosts:3: "));
}

TEST_CASE("the list is where XDG has it, or below the home") {
  const auto env = [](const std::string& xdg, const std::string& home) {
    return [=](const std::string& name) -> std::optional<std::string> {
      if (name == "XDG_CONFIG_HOME" && !xdg.empty()) return xdg;
      if (name == "HOME" && !home.empty()) return home;
      return std::nullopt;
    };
  };
  CHECK(hosts_file(env("/x", "/h")) == "/x/muster/hosts");
  CHECK(hosts_file(env("x", "/h")) == "/h/.config/muster/hosts");
  CHECK(hosts_file(env("", "")).empty());
}
