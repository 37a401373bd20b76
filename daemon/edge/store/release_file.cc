// See release_file.h. A line that says what it is, then one msgpack map in the way of the wire's.
#include "daemon/edge/store/release_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/trusted_path.h"
#include "base/write_all.h"
#include "daemon/edge/store/describe_kept.h"

namespace muster {
namespace wire {

struct ReleaseList {
  std::vector<Release> releases;
};
template <class Fields, Is<ReleaseList> M>
void describe(Fields& fields, M& list) {
  fields.may("releases", list.releases);
}

}  // namespace wire

namespace {

constexpr std::string_view release_magic = "muster releases 1\n";
constexpr size_t largest_release_file = 16 << 20;  // limits::config_vars for each, and room

std::string bytes_of(const Releases& releases) {
  std::vector<char> bytes(release_magic.begin(), release_magic.end());
  wire::Appender appender{bytes};
  wire::Packer packer(appender);
  wire::write_fields(packer, wire::ReleaseList{releases.list()});
  return {bytes.begin(), bytes.end()};
}

Result<> sync_directory(const std::string& path) {
  UniqueFd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || fsync(directory.get()) != 0) return fail_errno(errno, "{}: fsync", path);
  return {};
}

// All or nothing: until the rename the old file stands.
Result<> replace_file(const std::string& path, std::string_view bytes) {
  const std::string next = path + ".next";
  const auto file = open_regular(next, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected(file.error());
  if (Result<> written = write_all(file->get(), bytes); !written)
    return within(written.error(), "{}", next);
  if (fsync(file->get()) != 0) return fail_errno(errno, "{}: fsync", next);
  if (rename(next.c_str(), path.c_str()) != 0) return fail_errno(errno, "{}: rename", next);
  return sync_directory(path.substr(0, path.rfind('/')));
}

Result<std::string> read_whole(int fd) {
  std::string text;
  std::array<char, 64 << 10> part;
  for (;;) {
    const ssize_t n = read(fd, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "read");
    if (n == 0) return text;
    text.append(part.data(), static_cast<size_t>(n));
    if (text.size() > largest_release_file) return fail("larger than any that muster writes");
  }
}

Result<Releases> decode_releases(std::string_view bytes) {
  constexpr size_t most_elements = SIZE_MAX;  // as large as we wrote it
  constexpr size_t nesting = 8;
  if (!bytes.starts_with(release_magic)) return fail("not written by muster");
  bytes.remove_prefix(release_magic.size());
  try {
    msgpack::zone zone;
    const msgpack::object map = wire::unpack_map(bytes, most_elements, zone, nesting);
    wire::ReleaseList list;
    wire::FieldReader reader{map};
    describe(reader, list);
    return Releases(std::move(list.releases));
  } catch (const std::exception& problem) {
    return fail("damaged: {}", problem.what());
  }
}

}  // namespace

Result<Releases> ReleaseFile::load(const std::string& path) {
  const auto file = open_regular(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  if (!*file) return Releases();
  auto bytes = read_whole(file->get());
  if (!bytes) return within(bytes.error(), "{}", path);
  auto releases = decode_releases(*bytes);
  if (!releases) return within(releases.error(), "{}", path);
  return releases;
}

void ReleaseFile::keep(const Releases& releases, std::function<void(Result<>)> done) {
  if (work_.busy()) {
    next_ = [this, releases, done = std::move(done)] { keep(releases, done); };
    return;
  }
  auto outcome = std::make_shared<Result<>>();
  const std::string bytes = bytes_of(releases);
  work_.start([path = path_, bytes, outcome] { *outcome = replace_file(path, bytes); },
              [this, bytes, outcome, done = std::move(done)] {
                if (*outcome) {
                  bytes_ = bytes;
                  as_left_ = state();
                }
                done(std::move(*outcome));
              });
}

void ReleaseFile::is_kept(const Releases& releases) {
  bytes_ = bytes_of(releases);
  as_left_ = state();
}

ReleaseFile::FileState ReleaseFile::state() const {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0) return {};
  return {static_cast<int64_t>(status.st_ino), status.st_size,
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::string ReleaseFile::look() {
  if (bytes_.empty() || work_.busy() || state() == as_left_) return {};
  as_left_ = state();  // one that cannot be written is told once
  auto outcome = std::make_shared<Result<>>();
  work_.start([path = path_, bytes = bytes_, outcome] { *outcome = replace_file(path, bytes); },
              [this, outcome] {
                if (*outcome) as_left_ = state();
                if (auto next = std::exchange(next_, {})) next();
              });
  return fmt::format("The releases {} were taken away or changed; they are written anew", path_);
}

}  // namespace muster
