// See text_file.h.
#include "daemon/config/text_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <cerrno>

#include "base/trusted_path.h"
#include "proto/limits.h"

namespace muster {

namespace {

// A pipe to which nothing was written yet is not at its end: that comes when a writer has come and
// gone.
Result<> wait_for_writer(int pipe, MonoTime end, Nanos patience) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - read_clocks().mono);
    pollfd news{pipe, POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : ::poll(&news, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail_errno(errno, "cannot wait for it");
    if (ready == 0)
      return fail("it is a pipe, and nobody has written all of it within {:g} seconds",
                  std::chrono::duration<double>(patience).count());
  }
}

// The size may change while it is read: what counts is what arrives.
Result<std::string> read_whole(int fd, bool is_pipe, Nanos patience) {
  std::string text;
  char chunk[16 << 10];
  const MonoTime end = read_clocks().mono + patience;
  for (;;) {
    if (is_pipe)
      if (auto waited = wait_for_writer(fd, end, patience); !waited)
        return tl::unexpected(waited.error());
    ssize_t got = ::read(fd, chunk, sizeof chunk);
    if (got < 0 && (errno == EINTR || (is_pipe && errno == EAGAIN))) continue;
    if (got < 0) return fail_errno(errno, "cannot read it");
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > limits::config_file)
      return fail("it is larger than {} bytes", limits::config_file);
  }
}

}  // namespace

Result<std::optional<std::string>> read_text_file(const std::string& path) {
  auto read = read_text_or_pipe(path, {});
  if (!read) return tl::unexpected(read.error());
  if (read->is_pipe) return fail("it is not a regular file");
  return std::move(read->text);
}

Result<std::optional<std::string>> read_text_beneath(const std::string& directory,
                                                     const std::string& name) {
  auto fd = open_beneath(directory, name);
  if (!fd) return tl::unexpected(fd.error());
  if (!*fd) return std::nullopt;
  auto text = read_whole(fd->get(), false, {});
  if (!text) return tl::unexpected(text.error());
  return std::move(*text);
}

Result<TextRead> read_text_or_pipe(const std::string& path, Nanos patience) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return TextRead{};
  if (!fd) return fail_errno(errno, "cannot open it");
  struct stat status;
  if (::fstat(fd.get(), &status) < 0) return fail_errno(errno, "cannot look at it");
  const bool is_pipe = S_ISFIFO(status.st_mode);
  if (!S_ISREG(status.st_mode) && !is_pipe) return fail("it is not a regular file");
  if (is_pipe && patience == Nanos{}) return TextRead{{}, true};
  auto text = read_whole(fd.get(), is_pipe, patience);
  if (!text) return tl::unexpected(text.error());
  return TextRead{std::move(*text), is_pipe};
}

}  // namespace muster
