// Which app is meant, what a directory's app is called, and how that is kept.
#include "proto/naming.h"

#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/temp_dir.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

// Directories of apps, and a MUSTER_HOME for their states.
struct NamingPlace {
  TempDir temp;
  std::map<std::string, std::string> variables{{"MUSTER_HOME", temp.path() + "/home"}};

  std::string path(const std::string& name) const { return temp.path() + '/' + name; }
  std::string make(const std::string& name) const {
    fs::create_directories(path(name));
    std::ofstream(path(name) + "/Procfile") << "web: x\n";
    return path(name);
  }
  AppOwner owner() const {
    return {false, getuid(), [this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional(found->second);
            }};
  }
  Result<Claim> claim(const std::string& directory,
                      const std::optional<std::string>& name = {}) const {
    Wanted wanted{name, *place_of(directory, owner().env), {}};
    auto claimed = claim_app(wanted, owner());
    if (!claimed) return claimed;
    REQUIRE(create_directories(claimed->endpoints, getuid()));
    REQUIRE(keep_identity(claimed->endpoints, claimed->identity, Synced::no));
    claimed->turn.reset();
    return claimed;
  }
  std::string name_of(const std::string& directory) const {
    auto claimed = claim(directory);
    return claimed ? claimed->endpoints.app : claimed.message();
  }
  std::string found(const std::string& directory,
                    const std::optional<std::string>& name = {}) const {
    auto app = find_app(name, directory, owner());
    return !app ? "none" : app->other.empty() ? app->name : app->name + " of " + app->other;
  }
};

}  // namespace

TEST_CASE("the app is the one that is named, else that of the nearest Procfile upward") {
  NamingPlace place;
  const std::string shop = place.make("shop"), deep = shop + "/lib/deep";
  fs::create_directories(deep);
  CHECK(place.found(deep) == "shop");
  CHECK(place.found(shop) == "shop");
  CHECK(place.found(place.temp.path()) == "none");
  place.variables["MUSTER_APP"] = "other";
  CHECK(place.found(deep) == "other");
  CHECK(place.found(deep, "named") == "named");
  CHECK(place.found(deep, "a/b") == "none");
}

TEST_CASE("a second directory that comes to a name gets one of its own, for ever") {
  const NamingPlace place;
  const std::string a = place.make("a/site"), b = place.make("b/site"), c = place.make("c/site");
  CHECK(place.found(b) == "site");
  CHECK(place.name_of(a) == "site");
  CHECK(place.found(b) == "site of " + a);
  CHECK(place.name_of(b) == "site-2");
  CHECK(place.name_of(c) == "site-3");
  CHECK(place.name_of(a) == "site");
  CHECK(place.name_of(b) == "site-2");
  CHECK(place.found(b + "/.") == "site-2");
  CHECK(place.claim(b)->told ==
        "app 'site' is that of " + a + "; that of " + b + " is called 'site-2'");
  CHECK(place.claim(a)->told.empty());
}

TEST_CASE("a name of two digits fits what an app's name may be") {
  const NamingPlace place;
  const std::string longest(63, 'x');
  CHECK(place.name_of(place.make("a/" + longest)) == longest);
  const std::string second = place.name_of(place.make("b/" + longest));
  CHECK(second == std::string(61, 'x') + "-2");
}

TEST_CASE("a link that flips stays the app that it was, and its targets are others") {
  const NamingPlace place;
  const std::string one = place.make("releases/1"), two = place.make("releases/2");
  const std::string current = place.path("current");
  fs::create_symlink(one, current);
  CHECK(place.name_of(current) == "current");
  CHECK(place.found(one) == "current");
  fs::remove(current);
  fs::create_symlink(two, current);
  CHECK(place.name_of(current) == "current");
  CHECK(place.found(two) == "current");
  CHECK(place.claim(two)->directory == current);
  CHECK(place.found(one) == "1");
  CHECK(place.name_of(one) == "1");
  fs::create_symlink(two, place.path("green"));
  CHECK(place.name_of(place.path("green")) == "green");
}

TEST_CASE(
    "a directory that was moved or renamed keeps its app, and one that was removed loses it") {
  const NamingPlace place;
  const std::string site = place.make("a/site"), moved = place.path("a/page");
  const auto before = place.claim(site);
  if (before->identity.place.inode.empty()) return;  // a file system without times of birth
  fs::rename(site, moved);
  CHECK(place.found(moved) == "site");
  const auto after = place.claim(moved);
  CHECK(after->endpoints.app == "site");
  CHECK(after->told == "the directory of app 'site' was moved from " + site + " to " + moved);
  place.make("a/site");
  CHECK(place.name_of(site) == "site-2");
  fs::remove_all(moved);
  CHECK(place.name_of(place.make("b/site")) == "site-3");
}

TEST_CASE("a name that another directory has is refused with both, unless that one is gone") {
  const NamingPlace place;
  const std::string a = place.make("a/site"), b = place.make("b/page");
  REQUIRE(place.name_of(a) == "site");
  const auto refused = place.claim(b, "site");
  REQUIRE_FALSE(refused);
  CHECK(refused.message().find(a) != std::string::npos);
  CHECK(refused.message().find(b) != std::string::npos);
  CHECK(place.claim(a, "site"));
  fs::remove_all(a);
  const auto taken = place.claim(b, "site");
  REQUIRE(taken);
  CHECK(taken->told.find("no longer there") != std::string::npos);
  CHECK(place.found(b) == "site");
}

TEST_CASE("one directory may have several apps by name, and one that has no name") {
  const NamingPlace place;
  const std::string site = place.make("site");
  CHECK(place.claim(site, "staging"));
  CHECK(place.found(site) == "staging");
  CHECK(place.claim(site, "live"));
  CHECK(place.found(site) == "none");
  CHECK(place.name_of(site) == "site");
  CHECK(place.found(site) == "site");
}

TEST_CASE("the state of an earlier version stays with the directory that its lock names") {
  const NamingPlace place;
  const std::string a = place.make("a/site"), b = place.make("b/site"), c = place.make("c/old");
  fs::create_directories(place.path("home/state/site"));
  fs::create_directories(place.path("home/state/old"));
  fs::permissions(place.path("home/state"), fs::perms(0700));
  std::ofstream(place.path("home/state/site/lock")) << "4242 " << a << '\n';
  CHECK(place.found(b) == "site of " + a);
  CHECK(place.name_of(b) == "site-2");
  CHECK(place.name_of(a) == "site");
  CHECK(place.name_of(c) == "old");
}

TEST_CASE("two starts at once wait for each other") {
  const NamingPlace place;
  const std::string a = place.make("a/site"), b = place.make("b/site");
  auto first = claim_app({{}, *place_of(a, place.owner().env), {}}, place.owner());
  REQUIRE(first);
  // A start that dies before the name is kept leaves nothing that another one has to mind.
  first->turn.reset();
  CHECK(place.name_of(b) == "site");
  CHECK(place.name_of(a) == "site-2");
}

TEST_CASE("an identity is read as it was written, whatever is in a path") {
  AppIdentity identity;
  identity.place = {"/a\nb/%41 c", "/t", "7@1.000000002"};
  identity.is_given = true;
  identity.base_port = 6000;
  const auto read = parse_identity(identity_text(identity));
  REQUIRE(read);
  CHECK(*read == identity);
  CHECK(read->place.path == "/a\nb/%41 c");
  CHECK(read->base_port == 6000);
  CHECK_FALSE(parse_identity(""));
  CHECK_FALSE(parse_identity("muster identity 1\ndirectory /cut"));
}

}  // namespace muster
