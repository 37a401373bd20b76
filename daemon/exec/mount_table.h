// The table of mounts, as the kernel tells it. Read once, and never freed: no process that reads it
// lives long. Keeps: the order in which it was mounted, so that later ones may lie on earlier ones.
#pragma once

#include <stddef.h>

namespace muster {

constexpr size_t longest_path = 4096;

struct Mount {
  char* path;
  const char* type;
};
extern Mount* mounts;
extern size_t mount_count;

bool read_mounts();
bool is_mount_point(const char* path);
// Also if it is that directory. "" is the root.
bool is_below(const char* path, const char* directory);

}  // namespace muster
