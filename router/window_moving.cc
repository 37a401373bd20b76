// The windows' file is put back where it belongs. Killed before the rename, the old one still
// stands; after it, both hold the same.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/whole_file.h"
#include "router/window.h"
#include "router/window_layout.h"

namespace muster {

using namespace window_layout;

Result<bool> Windows::look() {
  if (path_.empty() || leads_to(path_, fd())) return false;
  const std::string next = path_ + ".next";
  ::unlink(next.c_str());
  for (auto& path : {next, path_})
    if (auto way = make_way(path); !way) return tl::unexpected(way.error());
  UniqueFd file(::open(next.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno(errno, "{}", next);
  Result<> copied =
      full_.empty() || has_room(file.get()) ? copy_into(file.get()) : fail_errno(ENOSPC, "no room");
  if (copied && ::rename(next.c_str(), path_.c_str()) != 0) copied = fail_errno(errno, "rename");
  if (!copied) {
    ::unlink(next.c_str());
    return within(copied.error(), "{}", path_);
  }
  move_to(file.get());
  full_.clear();
  return true;
}

// Only bytes that streams have in them are copied: the rest has no pages.
Result<> Windows::copy_into(int file) const {
  const FileHeader header;
  const auto put = [&](const void* bytes, size_t size, loff_t at) {
    return ::pwrite(file, bytes, size, at) == ssize_t(size);
  };
  const auto size = off_t(header_bytes + chunks_.size() * chunk_bytes);
  if (::ftruncate(file, size) < 0 || !put(&header, sizeof header, 0))
    return fail_errno(errno, "write");
  for (size_t i = 0; i < chunks_.size(); i++)
    if (!put(chunks_[i], chunk_control, loff_t(header_bytes + i * chunk_bytes)))
      return fail_errno(errno, "write");
  for (auto& window : windows_) {
    const auto bytes = window.control().in_use ? window.contents() : std::string_view();
    if (!bytes.empty() && !put(bytes.data(), bytes.size(), window.start()))
      return fail_errno(errno, "write");
  }
  return {};
}

// Each chunk at the address that it had, so that every window stays where it is.
void Windows::move_to(int file) {
  for (size_t i = 0; i < chunks_.size(); i++) {
    const auto offset = off_t(header_bytes + i * chunk_bytes);
    void* at = ::mmap(chunks_[i], chunk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
                      offset);
    CHECK(at == chunks_[i], "mapping the windows again: {}", std::strerror(errno));
  }
  CHECK(::dup3(file, fd(), O_CLOEXEC) == fd(), "the windows' descriptor");
}

}  // namespace muster
