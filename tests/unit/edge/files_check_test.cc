// Whether files could be taken: told by a child, which may die or never end.
#include "daemon/edge/watch/files_check.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/temp_dir.h"

using namespace muster;
using Outcome = FilesCheck::Outcome;

namespace {

struct AppFiles {
  TempDir directory;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory.path() + '/' + name) << text;
  }
  FilesCheck check(const AppModel& in_force = {}) const {
    return check_files({directory.path(), {}, {}}, in_force);
  }
};

}  // namespace

TEST_CASE("files that say what is in force are the same, and others have changed") {
  AppFiles place;
  place.write("Procfile", "web: serve\n");
  const auto loaded = load_model({place.directory.path(), {}, {}});
  REQUIRE(loaded);
  CHECK(place.check(loaded->model).outcome == Outcome::same);
  place.write(".env", "A=b\n");
  CHECK(place.check(loaded->model).outcome == Outcome::changed);
}

TEST_CASE("what is wrong with files is told as a reload tells it") {
  AppFiles place;
  CHECK(place.check().outcome == Outcome::wrong);
  CHECK(place.check().why == "there is no Procfile in " + place.directory.path());
  place.write("Procfile", "web: serve\n");
  place.write("muster.toml", "[web]\nnice = 99\n");
  CHECK(place.check().outcome == Outcome::wrong);
  CHECK(place.check().why.starts_with("muster.toml:2: nice: "));
}

TEST_CASE("files that take more memory than any app's are wrong, and nothing else happens") {
  AppFiles place;
  place.write("Procfile", "web: serve\n");
  std::string nested = "a = ";
  place.write("muster.toml", nested + std::string(500'000, '[') + std::string(500'000, ']'));
  CHECK(place.check().outcome == Outcome::wrong);
  CHECK_FALSE(place.check().why.empty());
}
