// The paths that are walked, opened, and refused at once.
#include "base/trusted_path.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr unsigned somebody = 4242424;

Result<UniqueFd> walk(const std::string& path) {
  return walk_to_directory(path, getuid(), Missing::leave);
}

}  // namespace

TEST_CASE("a directory is walked to, over links that its owner has made") {
  const TempDir temp;
  fs::create_directories(temp.path() + "/a/b");
  fs::create_directory_symlink("a", temp.path() + "/relative");
  fs::create_directory_symlink(temp.path() + "/a", temp.path() + "/absolute");
  for (auto way : {"/a/b", "/relative/b", "/absolute/b", "//a/./b/", "/a/../a/b"}) {
    const auto found = walk(temp.path() + way);
    REQUIRE(found);
    CHECK(*found);
  }
  const auto missing = walk(temp.path() + "/a/c");
  REQUIRE(missing);
  CHECK_FALSE(*missing);
  CHECK(*walk_to_directory(temp.path() + "/a/c/d", getuid(), Missing::make));
  CHECK(fs::is_directory(temp.path() + "/a/c/d"));
}

TEST_CASE("a way that somebody else can change is refused") {
  const TempDir temp;
  fs::create_directories(temp.path() + "/open/in");
  fs::create_directory_symlink("loop", temp.path() + "/loop");
  std::ofstream(temp.path() + "/file") << "x";
  chmod((temp.path() + "/open").c_str(), 0777);
  CHECK(walk(temp.path() + "/open/in").message() ==
        temp.path() + "/open is writable by everybody; chmod it");
  chmod((temp.path() + "/open").c_str(), 01777);
  CHECK(walk(temp.path() + "/open/in"));
  CHECK_FALSE(walk(temp.path() + "/loop/in"));
  CHECK_FALSE(walk(temp.path() + "/file/in"));
  if (getuid() != 0) return;
  CHECK(chown((temp.path() + "/open").c_str(), somebody, somebody) == 0);
  CHECK_FALSE(walk(temp.path() + "/open/in"));
  CHECK(walk_to_directory(temp.path() + "/open/in", somebody, Missing::leave));
  CHECK(lchown((temp.path() + "/loop").c_str(), somebody, somebody) == 0);
  CHECK(walk(temp.path() + "/loop").message() ==
        temp.path() + "/loop is a link that user " + std::to_string(somebody) + " has made");
}

TEST_CASE("a directory that others may write is nobody's own, however sticky") {
  const TempDir temp;
  const UniqueFd parent(open(temp.path().c_str(), O_RDONLY | O_DIRECTORY));
  const auto own = [&](const std::string& name) {
    return own_directory(parent.get(), name, name, getuid(), Missing::leave);
  };
  CHECK_FALSE(*own("made"));
  CHECK(*own_directory(parent.get(), "made", "made", getuid(), Missing::make));
  CHECK(*own("made"));
  chmod((temp.path() + "/made").c_str(), 01777);
  CHECK_FALSE(own("made"));
  fs::create_directory_symlink("made", temp.path() + "/link");
  CHECK_FALSE(own("link"));
  CHECK_FALSE(own_directory(parent.get(), "other", "other", somebody, Missing::make));
}

TEST_CASE("what is no regular file is refused, and waited for by nobody") {
  const TempDir temp;
  mkfifo((temp.path() + "/fifo").c_str(), 0600);
  fs::create_directory(temp.path() + "/directory");
  std::ofstream(temp.path() + "/file") << "x";
  fs::create_symlink("file", temp.path() + "/link");
  for (auto name : {"/fifo", "/directory", "/link"})
    for (int flags : {O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, O_RDWR | O_CREAT}) {
      const auto opened = open_regular(temp.path() + name, flags);
      REQUIRE_FALSE(opened);
      CHECK(opened.message() == temp.path() + name + " is not a regular file");
    }
  CHECK(*open_regular(temp.path() + "/file", O_RDONLY));
  CHECK_FALSE(*open_regular(temp.path() + "/none", O_RDONLY));
  CHECK_FALSE(open_regular("/dev/null", O_RDONLY));
}

TEST_CASE("a link may lead to another place below, and not out of it") {
  const TempDir temp;
  fs::create_directories(temp.path() + "/top/sub");
  std::ofstream(temp.path() + "/secret") << "x";
  std::ofstream(temp.path() + "/top/sub/file") << "x";
  const std::string top = temp.path() + "/top";
  fs::create_symlink("sub/file", top + "/inside");
  fs::create_symlink("../secret", top + "/outside");
  fs::create_symlink(temp.path() + "/secret", top + "/absolute");
  fs::create_directory_symlink("..", top + "/up");
  mkfifo((top + "/fifo").c_str(), 0600);
  CHECK(*open_beneath(top, "sub/file"));
  CHECK(*open_beneath(top, "inside"));
  CHECK_FALSE(*open_beneath(top, "none"));
  for (auto name : {"outside", "absolute", "up/secret", "../secret", "fifo", "sub"})
    CHECK_FALSE(open_beneath(top, name));
}

TEST_CASE("who listens at a socket is asked of the kernel") {
  const TempDir temp;
  const std::string path = temp.path() + "/socket";
  CHECK(check_listener(path, getuid()));
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK(check_listener(path, getuid()));
  REQUIRE(::listen(listener.get(), 4) == 0);
  CHECK(check_listener(path, getuid()));
  if (getuid() != 0) CHECK_FALSE(check_listener(path, somebody));
}

}  // namespace muster
