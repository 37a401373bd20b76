// See foreground.h.
#include "daemon/edge/output/foreground.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/terminal_text.h"
#include "base/whole_file.h"
#include "proto/codec.h"
#include "proto/log_json.h"
#include "router/replay.h"

namespace muster {

namespace {

constexpr size_t shortest_name = 6;  // as foreman: so that most columns look alike
constexpr size_t number_room = 3;    // a dot and two digits
constexpr size_t read_size = 256 << 10;
// The bytes that are joined of a line that was cut: the daemon must stay small, whatever is
// printed.
constexpr size_t longest_line = 256 << 10;

// False when this can never be read again.
bool write_waiting(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd writable{fd, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

ForegroundFormat::ForegroundFormat(ForegroundStyle style)
    : style_(std::move(style)), colours_(style_.types), lines_(style_.look) {
  size_t longest = shortest_name;
  for (auto& type : style_.types) longest = std::max(longest, type.size());
  width_ = longest + number_room;
}

void ForegroundFormat::line(WallTime time, std::string_view process, std::string_view text,
                            std::string& out) {
  lines_.take(process, text, [&](std::string_view shown) {
    head(time, process, out);
    out.append(shown).append(1, '\n');
  });
}

void ForegroundFormat::say(WallTime time, std::string_view process, std::string_view text,
                           std::string& out) {
  head(time, process, out);
  if (style_.look.safe)
    append_terminal_safe(text, out);
  else
    out += text;
  out += '\n';
}

void ForegroundFormat::head(WallTime time, std::string_view process, std::string& out) {
  if (style_.look.colours) out += colours_.of(process);
  if (style_.timestamp) {
    int64_t second = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    if (second != clock_second_) {
      clock_second_ = second;
      clock_ = format_local_clock(time);
    }
    out += clock_;
    out += ' ';
  }
  out += process;
  if (process.size() < width_) out.append(width_ - process.size(), ' ');
  out += " | ";
  if (style_.look.colours) out += colour_off;
}

void ForegroundFormat::event(const EventRecord& event, std::string& out) {
  if (is_for_people(event)) say(event.time, event.process, event.text, out);
}

void ForegroundFormat::lost(const LostRecords& lost, std::string& out) {
  say(lost.loss.before.value_or(WallTime{}), "logs", text_of(lost), out);
}

struct Foreground::Shared {
  Shared(std::string dir, uint64_t first, UniqueFd note, int out_fd, ForegroundStyle style)
      : journal_dir(std::move(dir)),
        from(first),
        position(std::move(note)),
        fd(out_fd),
        format(style) {
    if (style.json_of) json.emplace(*style.json_of);
  }

  void print_until_stopped();
  bool print_what_is_there();
  void add(const JoinedLine& line);
  void add(const EventRecord& event);
  void add(const LostRecords& lost);

  const std::string journal_dir;
  const uint64_t from;
  const UniqueFd position;
  const int fd;
  ForegroundFormat format;       // only the thread's
  std::optional<LogJson> json;   // in its place; only the thread's
  std::optional<Replay> replay;  // only the thread's
  std::string text;              // only the thread's
  LineJoiner joiner{LineJoiner::Partial::at_once, [this](const JoinedLine& line) { add(line); },
                    longest_line};  // only the thread's

  std::atomic<bool> news = true;
  std::atomic<bool> stopped = false;

  std::mutex mutex;
  std::condition_variable progress;
  uint64_t printed = 0;  // under the mutex: everything up to this seq
  bool over = false;     // under the mutex: nothing more will be printed
};

void Foreground::Shared::add(const JoinedLine& line) {
  if (json) return json->line(line, text);
  format.line(line.time, line.process, line.text, text);
}

// A collector is told what a person is.
void Foreground::Shared::add(const EventRecord& event) {
  if (!json) return format.event(event, text);
  if (is_for_people(event)) json->event(event, text);
}

void Foreground::Shared::add(const LostRecords& lost) {
  if (json) return json->lost(lost, WallTime{}, text);
  format.lost(lost, text);
}

bool Foreground::Shared::print_what_is_there() {
  if (!replay) {
    ReplayRequest request;
    request.from = from;
    Result<Replay> opened = Replay::open(journal_dir, request);
    if (!opened) return false;
    replay.emplace(std::move(*opened));
  }
  for (;;) {
    auto records = replay->next(read_size);
    if (!records) return false;
    auto gone = replay->take_loss();
    if (records->empty() && !gone) break;
    text.clear();
    if (gone) add(LostRecords{gone->range, std::move(gone->loss), true});
    for (auto& [topic, payload] : *records) {
      Result<Record> record = decode_record(payload);
      if (!record) continue;  // damage is reported by who opens the journal
      if (auto* log = std::get_if<LogRecord>(&*record))
        joiner.add(*log);
      else
        add(std::get<EventRecord>(*record));
    }
    if (!write_waiting(fd, text)) return false;
    const uint64_t head = replay->head();
    if (position && pwrite(position.get(), &head, sizeof head, 0) < 0) return false;
    std::lock_guard lock(mutex);
    printed = head;
    progress.notify_all();
  }
  return true;
}

void Foreground::Shared::print_until_stopped() {
  while (!stopped) {
    news.wait(false);
    news = false;
    if (!print_what_is_there()) break;
  }
  std::lock_guard lock(mutex);
  over = true;
  progress.notify_all();
}

// The thread goes on with the same descriptor, which is of another file then.
bool Foreground::look(const std::string& path) {
  const UniqueFd& position = shared_->position;
  if (!position || leads_to(path, position.get())) return false;
  const UniqueFd again = open_position(path);
  const uint64_t seq = read_position(position).value_or(0);
  if (!again || pwrite(again.get(), &seq, sizeof seq, 0) != sizeof seq) return false;
  return dup3(again.get(), position.get(), O_CLOEXEC) >= 0;
}

UniqueFd open_position(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) (void)put_aside(path);
  return UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
}

std::optional<uint64_t> read_position(const UniqueFd& position) {
  uint64_t seq = 0;
  if (!position || pread(position.get(), &seq, sizeof seq, 0) != sizeof seq) return {};
  return seq;
}

Foreground::Foreground(std::string journal_dir, uint64_t from, UniqueFd position, int fd,
                       ForegroundStyle style)
    : shared_(std::make_shared<Shared>(std::move(journal_dir), from, std::move(position), fd,
                                       std::move(style))) {
  std::thread([shared = shared_] { shared->print_until_stopped(); }).detach();
}

Foreground::~Foreground() {
  shared_->stopped = true;
  wake();
}

void Foreground::wake() {
  if (!shared_->news.exchange(true)) shared_->news.notify_one();
}

void Foreground::drain(uint64_t seq, Nanos patience) {
  wake();
  std::unique_lock lock(shared_->mutex);
  shared_->progress.wait_for(lock, patience,
                             [&] { return shared_->over || shared_->printed >= seq; });
}

}  // namespace muster
