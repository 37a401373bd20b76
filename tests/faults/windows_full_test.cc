// Row D65 of the faults: the tmpfs of the windows is full, from the start or while lines come. No
// process gets a SIGBUS, no line is lost, it is said, and it goes on when there is room. Needs
// root, for a tmpfs of a size of its own.
#include <sched.h>
#include <sys/mount.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

UniqueFd empty_pipe() {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  ::close(fds[1]);
  return UniqueFd(fds[0]);
}

struct SmallTmpfs : RouterFixture {
  SmallTmpfs() {
    if (::geteuid() != 0) std::exit(77);  // for ctest: skipped
    REQUIRE(::unshare(CLONE_NEWNS) == 0);
    REQUIRE(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    REQUIRE(::mount("none", place.path().c_str(), "tmpfs", 0, "size=512k") == 0);
  }
  ~SmallTmpfs() { ::umount2(place.path().c_str(), MNT_DETACH); }

  // All but so many bytes.
  void fill_but(uint64_t left) {
    auto free = std::filesystem::space(place.path()).available;
    std::ofstream(place.path() + "/filler") << std::string(free - left, 'x') << std::flush;
  }
  void open_at_path() {
    auto mapped = Windows::open(place.path() + "/windows");
    if (!mapped) FAIL(mapped.message());
    auto opened = Router::open(std::make_unique<MemoryStorage>(disk), std::move(*mapped), bus);
    REQUIRE(opened);
    router.emplace(std::move(*opened));
  }

  TempDir place;
};

TEST_CASE_METHOD(SmallTmpfs,
                 "where there is no room for windows, memory stands in and it is said") {
  for (uint64_t left : {0, 4096, 16384, 65536}) {
    fill_but(left);
    open_at_path();
    REQUIRE(router->alarms().size() == 1);
    CHECK(router->alarms()[0].find("no room at " + place.path()) != std::string::npos);
    auto web = start("web.1");
    web.print("line\n");
    pump(web);
    CHECK(published() == Told{"web.1 line"});
    std::filesystem::remove(place.path() + "/filler");
  }
}

TEST_CASE_METHOD(SmallTmpfs, "a tmpfs that fills up holds bytes back in the pipe, and loses none") {
  open_at_path();
  CHECK(router->alarms().empty());
  auto web = start("web.1");
  fill_but(8192);
  std::string line(20'000, 'x');
  web.print(line + "\n");
  CHECK(pump(web) == Pumped::State::blocked);
  CHECK(router->alarms() == Told{"windows: No space left on device; trying again"});
  std::filesystem::remove(place.path() + "/filler");
  CHECK(pump(web) == Pumped::State::idle);
  CHECK(published() == Told{"web.1 " + line});
  CHECK(router->alarms().empty());
}

TEST_CASE_METHOD(SmallTmpfs, "no further windows are made where there is no room for them") {
  open_at_path();
  REQUIRE(router->open_stream("web.1", 1, Stream::out, empty_pipe()));
  fill_but(0);
  for (uint64_t launch = 2; launch <= 64; launch++)
    REQUIRE(router->open_stream("web.1", launch, Stream::out, empty_pipe()));
  auto beyond = router->open_stream("web.1", 65, Stream::out, empty_pipe());
  REQUIRE_FALSE(beyond);
  CHECK(beyond.message() == "web.1: no room for more windows: No space left on device");
}

}  // namespace
}  // namespace muster
