// See ledger.h. The file is a line of text,
// "muster ledger VERSION BOOT-ID TOKEN[:SECRET] FIRST-START[ CGROUP]\n", then records: length and
// xxHash of the payload, 4 and 8 bytes as the machine has them, and the payload, a note.
#include "daemon/edge/ledger.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/write_all.h"
#include "daemon/edge/launch_mark.h"
#include "daemon/edge/note_codec.h"
#include "daemon/edge/process_table.h"

namespace muster {
namespace {

constexpr std::string_view magic = "muster ledger ";
constexpr size_t prefix = sizeof(uint32_t) + sizeof(uint64_t);

Result<std::string> read_file(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return std::string();
  if (!fd) return fail_errno(errno, "open");
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return fail_errno(errno, "stat");
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "read");
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  text.resize(filled);
  return text;
}

// The next word up to `end`, which is taken away with it.
std::string_view take_word(std::string_view& text, char end) {
  const size_t at = text.find(end);
  if (at == std::string_view::npos) return {};
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at + 1);
  return word;
}

template <class T>
T number_of(std::string_view digits) {
  T number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// Nothing where the record is not whole.
std::optional<Note> take_note(std::string_view& bytes) {
  if (bytes.size() < prefix) return {};
  uint32_t length = 0;
  uint64_t checksum = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  std::memcpy(&checksum, bytes.data() + sizeof length, sizeof checksum);
  if (bytes.size() - prefix < length) return {};
  const std::string_view payload = bytes.substr(prefix, length);
  if (XXH3_64bits(payload.data(), payload.size()) != checksum) return {};
  auto note = decode_note(payload);
  if (!note) return {};
  bytes.remove_prefix(prefix + length);
  return std::move(*note);
}

}  // namespace

Run new_run() {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = 0;
  return {fmt::format("{:016x}", number), clock_ticks_now(), "", new_secret()};
}

Result<Ledger> Ledger::open(std::string path, std::string boot_id, Run fresh) {
  Ledger ledger(std::move(path), std::move(boot_id), std::move(fresh));
  if (Result<> read = ledger.read(); !read) return within(read.error(), "{}", ledger.path_);
  return ledger;
}

Result<> Ledger::read() {
  Result<std::string> text = read_file(path_);
  if (!text) return tl::unexpected(text.error());
  std::string_view rest = *text;
  if (!rest.starts_with(magic)) return {};
  rest.remove_prefix(magic.size());
  const auto written_by = number_of<uint32_t>(take_word(rest, ' '));
  const std::string_view boot = take_word(rest, ' ');
  std::string_view secret = take_word(rest, ' ');
  const std::string_view token = secret.substr(0, secret.find(':'));
  secret.remove_prefix(std::min(token.size() + 1, secret.size()));
  std::string_view last = take_word(rest, '\n');
  const size_t blank = std::min(last.find(' '), last.size());
  const auto first_start = number_of<uint64_t>(last.substr(0, blank));
  const std::string_view cgroup = last.substr(std::min(blank + 1, last.size()));
  if (boot != boot_id_ || boot.empty()) return {};
  if (written_by > version)
    return fail("written by a newer muster (version {}, this one reads {}); use that one",
                written_by, version);
  run_ = {std::string(token), first_start, std::string(cgroup), std::string(secret)};
  while (auto note = take_note(rest)) {
    memory_.add(std::move(*note));
    begun_ = true;
  }
  return {};
}

Result<> Ledger::keep(Note note) {
  begun_ = true;
  buffer_.clear();
  append_record(note);
  memory_.add(std::move(note));
  grown_ += buffer_.size();
  Result<> kept;
  if (file_ && grown_ <= growth)
    kept = write_all(file_.get(), {buffer_.data(), buffer_.size()});
  else
    kept = write_anew();
  if (kept) return {};
  file_.reset();
  return within(kept.error(), "{}", path_);
}

// The whole memory as one note, whose processes are then touched by the last step once more.
Result<> Ledger::write_anew() {
  buffer_.clear();
  const std::string head = header();
  buffer_.assign(head.begin(), head.end());
  Note all;
  all.daemon = memory_.daemon;
  for (auto& [name, note] : memory_.processes) all.changed.push_back(note);
  append_record(all);
  append_record(memory_.last);
  grown_ = 0;

  const std::string next = path_ + ".next";
  UniqueFd file(
      ::open(next.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno(errno, "open");
  if (Result<> written = write_all(file.get(), {buffer_.data(), buffer_.size()}); !written)
    return written;
  if (rename(next.c_str(), path_.c_str()) != 0) return fail_errno(errno, "rename");
  file_ = std::move(file);
  return {};
}

void Ledger::append_record(const Note& note) {
  const size_t start = buffer_.size();
  buffer_.resize(start + prefix);
  encode(note, buffer_);
  const char* payload = buffer_.data() + start + prefix;
  const auto length = static_cast<uint32_t>(buffer_.size() - start - prefix);
  const uint64_t checksum = XXH3_64bits(payload, length);
  std::memcpy(buffer_.data() + start, &length, sizeof length);
  std::memcpy(buffer_.data() + start + sizeof length, &checksum, sizeof checksum);
}

std::string Ledger::header() const {
  return fmt::format("{}{} {} {}{}{} {}{}{}\n", magic, version, boot_id_, run_.token,
                     run_.secret.empty() ? "" : ":", run_.secret, run_.first_start,
                     run_.cgroup.empty() ? "" : " ", run_.cgroup);
}

void Ledger::end() {
  file_.reset();
  unlink(path_.c_str());
}

}  // namespace muster
