// Where the cgroup of a process is: mountinfo and cgroup as real machines have them.
#include "daemon/edge/linux/cgroup_place.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

constexpr std::string_view unified =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr std::string_view hybrid =
    "30 22 0:27 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "34 30 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

}  // namespace

TEST_CASE("a service's cgroup is below where version 2 is mounted") {
  CHECK(directory_of_cgroup(unified, "0::/system.slice/muster@shop.service\n") ==
        "/sys/fs/cgroup/system.slice/muster@shop.service");
}

TEST_CASE("the root's cgroup is the mount point itself") {
  CHECK(directory_of_cgroup(unified, "0::/\n") == "/sys/fs/cgroup");
}

TEST_CASE("beside version 1 only the line and the mount of version 2 count") {
  CHECK(directory_of_cgroup(hybrid, "4:memory:/a\n1:name=systemd:/b\n0::/c\n") ==
        "/sys/fs/cgroup/unified/c");
}

TEST_CASE("a mount that shows a part of the hierarchy is cut off in front") {
  const std::string_view part = "40 30 0:37 /docker/17 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n";
  CHECK(directory_of_cgroup(part, "0::/docker/17/app\n") == "/sys/fs/cgroup/app");
  CHECK(directory_of_cgroup(part, "0::/docker/17\n") == "/sys/fs/cgroup");
  CHECK_FALSE(directory_of_cgroup(part, "0::/docker/171\n"));
  CHECK_FALSE(directory_of_cgroup(part, "0::/\n"));
}

TEST_CASE("of several mounts the first that shows it is taken") {
  const std::string_view both =
      "40 30 0:37 /other /elsewhere rw - cgroup2 cgroup2 rw\n"
      "41 30 0:37 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  CHECK(directory_of_cgroup(both, "0::/mine\n") == "/sys/fs/cgroup/mine");
}

TEST_CASE("a mount point with blanks is written with numbers") {
  CHECK(directory_of_cgroup("40 30 0:37 / /a\\040b\\134c rw - cgroup2 x rw\n", "0::/d\n") ==
        "/a b\\c/d");
}

TEST_CASE("without version 2 there is none") {
  CHECK_FALSE(directory_of_cgroup("34 30 0:31 / /c rw - cgroup cgroup rw\n", "4:memory:/a\n"));
  CHECK_FALSE(directory_of_cgroup("34 30 0:31 / /c rw - cgroup cgroup rw\n", "0::/a\n"));
  CHECK_FALSE(directory_of_cgroup(unified, "4:memory:/a\n"));
}

TEST_CASE("what is no mountinfo names no place") {
  for (std::string_view text : {"", "\n\n", " - ", " - cgroup2", "1 2 3 - cgroup2 x rw", "cgroup2"})
    CHECK(directory_of_cgroup(text, "0::/a\n").value_or("").find("/sys") == std::string::npos);
  CHECK_FALSE(directory_of_cgroup(unified, ""));
  CHECK_FALSE(directory_of_cgroup(unified, "0::"));
  CHECK_FALSE(directory_of_cgroup(unified, "0::relative\n"));
}
