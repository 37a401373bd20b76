// See file_sink.h. A part that a full disk or a crash has left of a batch is cut off or completed
// with a newline, so that a line is never glued to half of another.
#include "drain/sinks/file_sink.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

#include "base/unique_fd.h"
#include "base/write_all.h"

namespace muster::drain {

FileSink::FileSink(Loop& loop, SinkSetup setup, OnAnswer on_answer)
    : setup_(std::move(setup)),
      on_answer_(std::move(on_answer)),
      done_(loop, [this] { on_answer_(answer_); }) {}

void FileSink::send(const Send& part) {
  const Body body =
      json_body(setup_.names, part.batch->journal,
                std::span(part.batch->lines.data() + part.begin, part.end - part.begin));
  answer_ = append(body.bytes);
  done_.after(0ms);
}

Answer FileSink::append(std::string_view bytes) const {
  const auto later = [this](const tl::unexpected<Error>& error) {
    return Answer{Answer::Kind::later, setup_.url.path + ": " + error.value().message, {}};
  };
  const UniqueFd file(
      ::open(setup_.url.path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!file) return later(fail_errno(errno, "open"));
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(file.get(), &last, 1, size - 1) == 1 && last != '\n')
    if (auto ended = write_all(file.get(), "\n"); !ended)
      return later(tl::unexpected(ended.error()));
  auto written = write_all(file.get(), bytes);
  if (written && ::fsync(file.get()) != 0) written = fail_errno(errno, "fsync");
  if (written) return {};
  (void)!::ftruncate(file.get(), size);
  return later(tl::unexpected(written.error()));
}

}  // namespace muster::drain
