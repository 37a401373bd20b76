// There is one daemon per app.
#include "daemon/edge/takeover/lock.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temp_dir.h"

using namespace muster;

TEST_CASE("a lock that is held is refused with its owner's pid and directory") {
  TempDir directory;
  std::string path = directory.path() + "/lock";
  Result<UniqueFd> first = take_lock(path, getpid(), "/srv/shop");
  REQUIRE(first);
  Result<UniqueFd> second = take_lock(path, getpid(), "/srv/other");
  REQUIRE_FALSE(second);
  CHECK(second.message().find(fmt::format("pid {}, for /srv/shop", getpid())) != std::string::npos);

  SECTION("and is free again when its owner lets go") {
    first->reset();
    CHECK(take_lock(path, getpid(), "/srv/other"));
  }
}

TEST_CASE("a lock is not taken through a link that somebody has put there") {
  TempDir directory;
  std::filesystem::create_symlink("/tmp/elsewhere", directory.path() + "/lock");
  CHECK_FALSE(take_lock(directory.path() + "/lock", getpid(), "/srv/shop"));
}
