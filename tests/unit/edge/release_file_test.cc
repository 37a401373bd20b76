// The file of releases: what was kept is found again, by whoever may read it.
#include "daemon/edge/store/release_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/uv/loop.h"
#include "tests/support/temp_dir.h"

using namespace muster;

namespace {

struct ReleasePlace {
  TempDir directory;
  std::string path = directory.path() + "/releases";
};

Result<> keep(const std::string& path, const Releases& releases) {
  Loop loop;
  ReleaseFile file(loop, path);
  Result<> outcome = fail("never told");
  file.keep(releases, [&](Result<> told) {
    outcome = std::move(told);
    loop.stop();
  });
  loop.run();
  return outcome;
}

Release some() {
  Release release;
  release.number = 7;
  release.change = "Set A config vars";
  release.by = "adam@box";
  release.time = WallTime(1'800'000'000s);
  release.config = {{"A", "1"}, {"B", "not UTF-8: \xff"}};
  release.code = "de63889";
  release.failure = "web.1 crashed";
  return release;
}

}  // namespace

TEST_CASE("what was kept is found again, and nobody else may read it") {
  ReleasePlace place;
  REQUIRE(keep(place.path, Releases({some()})));
  const auto loaded = ReleaseFile::load(place.path);
  REQUIRE(loaded);
  CHECK(loaded->list() == std::vector{some()});
  struct stat status {};
  REQUIRE(stat(place.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("no file is no releases") {
  ReleasePlace place;
  REQUIRE(ReleaseFile::load(place.path));
  CHECK(ReleaseFile::load(place.path)->list().empty());
}

TEST_CASE("what muster has not written, or what is damaged, is an error that names it") {
  ReleasePlace place;
  std::ofstream(place.path) << "hello\n";
  CHECK(ReleaseFile::load(place.path).message() == place.path + ": not written by muster");
  std::ofstream(place.path) << "muster releases 1\n\x81";
  CHECK(ReleaseFile::load(place.path).message() == place.path + ": damaged: cut short");
}

TEST_CASE("a directory that takes no file is an error, and the old file stays") {
  ReleasePlace place;
  CHECK_FALSE(keep(place.directory.path() + "/missing/releases", Releases({some()})));
}
