// Where an app's files are, and which app is meant.
#include "proto/endpoints.h"

#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/temp_dir.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr unsigned nobody_here = 4242424;

GetEnv environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("MUSTER_HOME puts state and runtime under one directory") {
  const auto places = endpoints_of("shop", true, 0, environment({{"MUSTER_HOME", "/h"}}));
  REQUIRE(places);
  CHECK(places->app == "shop");
  CHECK(places->journal_dir() == "/h/state/shop/journal");
  CHECK(places->formation_file() == "/h/state/shop/formation");
  CHECK(places->lock_file() == "/h/run/shop/lock");
  CHECK(places->control() == "ipc:///h/run/shop/control");
  CHECK(places->bus() == "ipc:///h/run/shop/bus");
}

TEST_CASE("root's daemons are where a system's are") {
  const auto places = endpoints_of("shop", true, 0, environment({{"HOME", "/root"}}));
  REQUIRE(places);
  CHECK(places->state_dir == "/var/lib/muster/shop");
  CHECK(places->runtime_dir == "/run/muster/shop");
}

TEST_CASE("a user's daemons are in the XDG directories, or in their defaults") {
  const auto xdg = endpoints_of(
      "shop", false, nobody_here,
      environment({{"XDG_STATE_HOME", "/s"}, {"XDG_RUNTIME_DIR", "/r"}, {"HOME", "/home/u"}}));
  REQUIRE(xdg);
  CHECK(xdg->state_dir == "/s/muster/shop");
  CHECK(xdg->runtime_dir == "/r/muster/shop");

  const auto plain = endpoints_of("shop", false, nobody_here, environment({{"HOME", "/home/u"}}));
  REQUIRE(plain);
  CHECK(plain->state_dir == "/home/u/.local/state/muster/shop");
  CHECK(plain->runtime_dir == "/tmp/muster-4242424/shop");
}

TEST_CASE("places that cannot be known say what to set") {
  CHECK(endpoints_of("shop", false, nobody_here, environment({})).message() ==
        "no place for the app's state: set HOME, XDG_STATE_HOME or MUSTER_HOME");
  CHECK(endpoints_of("shop", false, 1, environment({{"MUSTER_HOME", "h"}})).message() ==
        "MUSTER_HOME='h' is not an absolute path");
  CHECK_FALSE(endpoints_of("../x", true, 0, environment({})));
}

TEST_CASE("a socket path fits in 107 bytes or is refused") {
  const auto home = [](size_t length) {
    return environment({{"MUSTER_HOME", "/" + std::string(length - 1, 'h')}});
  };
  const size_t rest = std::string("/run/shop/control").size();
  CHECK(endpoints_of("shop", true, 0, home(107 - rest)));
  const auto refused = endpoints_of("shop", true, 0, home(108 - rest));
  REQUIRE_FALSE(refused);
  CHECK(refused.message().ends_with(
      "is too long for a socket (108 bytes, at most 107): set MUSTER_HOME to a shorter path"));
}

TEST_CASE("an app's name becomes a directory and is checked like one") {
  CHECK(is_app_name("shop_2.0-x"));
  CHECK(is_app_name(std::string(63, 'a')));
  for (auto text : {"", ".", "..", ".x", "-x", "a/b", "a b"}) CHECK_FALSE(is_app_name(text));
  CHECK_FALSE(is_app_name(std::string(64, 'a')));
}

TEST_CASE("a directory's name becomes an app's name") {
  CHECK(app_name_of("/srv/shop") == "shop");
  CHECK(app_name_of("/srv/shop/") == "shop");
  CHECK(app_name_of("/srv/my shop!") == "my-shop-");
  CHECK(app_name_of("/srv/.hidden") == "hidden");
  CHECK(app_name_of("/") == "app");
  CHECK(is_app_name(app_name_of("/srv/" + std::string(200, 'x'))));
}

TEST_CASE("the directories are made for their owner alone, as often as one likes") {
  const TempDir temp;
  const auto places = endpoints_of("shop", false, 1, environment({{"MUSTER_HOME", temp.path()}}));
  REQUIRE(places);
  REQUIRE(create_directories(*places, getuid()));
  chmod(places->runtime_dir.c_str(), 0755);
  REQUIRE(create_directories(*places, getuid()));
  CHECK(mode_of(places->runtime_dir) == 0700);
  CHECK(mode_of(places->state_dir) == 0700);
}

TEST_CASE("a directory that is a link, a file or somebody else's is refused") {
  const TempDir temp;
  const auto places = endpoints_of("shop", false, 1, environment({{"MUSTER_HOME", temp.path()}}));
  REQUIRE(places);
  CHECK_FALSE(create_directories(*places, getuid() + 1));

  fs::remove_all(places->runtime_dir);
  fs::create_directories(temp.path() + "/run");
  fs::create_directory_symlink(temp.path(), places->runtime_dir);
  CHECK_FALSE(create_directories(*places, getuid()));

  fs::remove(places->runtime_dir);
  std::ofstream(places->runtime_dir) << "a file";
  CHECK_FALSE(create_directories(*places, getuid()));

  fs::remove(places->runtime_dir);
  chmod((temp.path() + "/run").c_str(), 0777);
  CHECK_FALSE(create_directories(*places, getuid()));
}

}  // namespace muster
