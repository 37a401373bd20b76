// See place.h. A cursor that a power cut takes only repeats what was sent since: so none of this is
// told to the disk.
#include "drain/place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <cerrno>
#include <cstdio>

#include "base/json.h"
#include "base/trusted_path.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "drain/core/batch.h"

namespace muster::drain {
namespace {

constexpr size_t most_cursor = 4096;
// Two files of so many bytes: the newer one and the one before.
constexpr off_t most_rejected = 8 << 20;

}  // namespace

Result<Place> Place::open(std::string directory) {
  auto made = walk_to_directory(directory, ::geteuid(), Missing::make);
  if (!made) return tl::unexpected(made.error());
  auto lock = open_regular(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC);
  if (!lock) return tl::unexpected(lock.error());
  if (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0)
    return fail("{}: another muster-drain has this drain", directory);
  return Place(std::move(directory), std::move(*lock));
}

std::optional<Cursor> Place::read_cursor() const {
  if (::access(path("cursor").c_str(), F_OK) != 0) return std::nullopt;
  auto text = read_whole_file(path("cursor"), most_cursor);
  auto cursor = text ? parse_cursor(*text) : Result<Cursor>(tl::unexpected(text.error()));
  if (cursor) return *cursor;
  std::puts(fmt::format("{}: {}; the drain begins with the oldest record that there is",
                        path("cursor"), cursor.message())
                .c_str());
  return Cursor{};
}

Result<> Place::write(const Cursor& cursor) const {
  const std::string next = path("cursor.next");
  auto file = open_regular(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file) return tl::unexpected(file.error());
  if (auto written = write_all(file->get(), encode(cursor)); !written)
    return within(written.error(), "{}", next);
  if (::rename(next.c_str(), path("cursor").c_str()) != 0) return fail_errno(errno, "{}", next);
  return {};
}

Result<> Place::put_aside(const Reject& reject, const std::string& app) const {
  auto file = open_regular(path("rejected"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
  if (!file) return tl::unexpected(file.error());
  const Line& line = reject.line;
  Json object = {{"id", reject.id},
                 {"why", reject.why},
                 {"app", app},
                 {"time", format_utc(line.time)},
                 {"process", line.process}};
  object["base64"] = base64(line.text);
  if (auto written = write_all(file->get(), text_of(object) + "\n"); !written)
    return within(written.error(), "{}", path("rejected"));
  struct stat status {};
  if (::fstat(file->get(), &status) == 0 && status.st_size > most_rejected)
    (void)::rename(path("rejected").c_str(), path("rejected.1").c_str());
  return {};
}

}  // namespace muster::drain
