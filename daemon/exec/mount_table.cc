// See mount_table.h.
#include "daemon/exec/mount_table.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace muster {
namespace {

// The whole of it, with a NUL at its end; nullptr if it cannot be read.
char* read_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  size_t size = 0, room = 0;
  char* text = nullptr;
  ssize_t n = 0;
  do {
    size += static_cast<size_t>(n);
    if (size + 1 >= room) {
      room = room * 2 + longest_path;
      auto* larger = static_cast<char*>(realloc(text, room));
      if (!larger) break;
      text = larger;
    }
    n = read(fd, text + size, room - size - 1);
  } while (n > 0);
  if (text) text[size] = 0;
  close(fd);
  return text;
}

// "\040" is a blank. In place.
void unescape(char* path) {
  char* to = path;
  for (const char* from = path; *from; ++from) {
    if (*from == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
      *to++ = static_cast<char>((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
      from += 3;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
}

}  // namespace

Mount* mounts;
size_t mount_count;

bool read_mounts() {
  char* table = read_file("/proc/self/mountinfo");
  if (!table) return false;
  size_t lines = 0;
  for (const char* at = table; *at; ++at) lines += *at == '\n' ? 1 : 0;
  mounts = static_cast<Mount*>(calloc(lines + 1, sizeof(Mount)));
  if (!mounts) return false;
  for (char *line = table, *next; *line; line = next) {
    next = line + strcspn(line, "\n");
    if (*next) *next++ = 0;
    char* type = strstr(line, " - ");
    char* path = line;  // its fifth word
    for (int word = 1; word < 5 && path; ++word) path = strchr(path + 1, ' ');
    if (!type || !path || mount_count > lines) continue;
    type += strlen(" - ");
    type[strcspn(type, " ")] = 0;
    path++;
    path[strcspn(path, " ")] = 0;
    unescape(path);
    mounts[mount_count++] = {path, type};
  }
  return true;
}

bool is_mount_point(const char* path) {
  for (size_t i = 0; i < mount_count; ++i)
    if (strcmp(mounts[i].path, path) == 0) return true;
  return false;
}

bool is_below(const char* path, const char* directory) {
  const size_t length = strlen(directory);
  return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0);
}

}  // namespace muster
