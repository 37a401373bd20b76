// See formation_file.h.
#include "daemon/edge/store/formation_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>

#include "base/trusted_path.h"
#include "base/unique_fd.h"
#include "base/whole_file.h"
#include "daemon/config/formation.h"

namespace muster {

namespace {

constexpr size_t largest_file = 1 << 20;  // 4096 types with names of 63 bytes are a quarter of it

Result<> write_file(const std::string& path, std::string_view text) {
  const auto fd = open_regular(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return tl::unexpected(fd.error());
  while (!text.empty()) {
    ssize_t n = write(fd->get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}: write", path);
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

std::pair<uint64_t, int64_t> state_of(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

void sync_path(const std::string& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
  if (fd) fsync(fd.get());
}

}  // namespace

Result<std::optional<FormationFile::Saved>> FormationFile::load() const {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0 && errno == ENOENT) return std::optional<Saved>();
  Result<std::string> text = read_whole_file(path_, largest_file);
  if (!text) return within(text.error(), "{}", path_);
  Saved saved;
  if (const size_t mark = text->find('#'); mark != std::string::npos) {
    const char* digits = text->data() + mark + 1;
    std::from_chars(digits, text->data() + text->size(), saved.step);
    text->resize(mark);
  }
  auto formation = parse_formation(*text);
  if (!formation) return within(formation.error(), "{}", path_);
  saved.counts = std::move(*formation);
  return std::optional(std::move(saved));
}

Result<> FormationFile::save(const FormationCounts& formation, uint64_t step) {
  text_ = fmt::format("{}\n#{}\n", format_formation(formation), step);
  return save_again();
}

Result<> FormationFile::save_again() {
  const std::string next = path_ + ".next";
  Result<> saved;
  if (auto way = make_way(path_); !way) saved = tl::unexpected(way.error());
  if (saved) saved = write_file(next, text_);
  if (saved && rename(next.c_str(), path_.c_str()) != 0)
    saved = fail_errno(errno, "{}: rename to {}", next, path_);
  alarm_ = saved ? "" : fmt::format("the formation is not kept: {}; trying again", saved.message());
  if (!saved) return saved;
  as_left_ = state_of(path_);
  saved_since_sync_ = true;
  if (!sync_.busy()) sync();
  return {};
}

std::string FormationFile::look() {
  if (text_.empty()) return {};
  const bool failed = !alarm_.empty();
  if (!failed && as_left_ == state_of(path_)) return {};
  if (!save_again() || failed) return {};
  return fmt::format("The formation's file {} was taken away or changed; it is written anew",
                     path_);
}

void FormationFile::sync() {
  saved_since_sync_ = false;
  sync_.start(
      [path = path_] {
        sync_path(path, 0);
        sync_path(path.substr(0, path.rfind('/')), O_DIRECTORY);
      },
      [this] {
        if (saved_since_sync_) sync();
      });
}

}  // namespace muster
