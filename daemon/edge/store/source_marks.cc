// See source_marks.h. A line is `TYPE WANTED FILES`, both numbers in hexadecimal.
#include "daemon/edge/store/source_marks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <cstdio>
#include <sstream>

#include "base/unique_fd.h"
#include "base/whole_file.h"
#include "base/write_all.h"

namespace muster {

constexpr size_t most_bytes = 1 << 20;

void SourceMarks::begin(bool goes_on) {
  marks_.clear();
  const auto text = read_whole_file(path_, most_bytes);
  if (!goes_on) {
    if (text) unlink(path_.c_str());
    return;
  }
  std::istringstream in(text.value_or(""));
  std::string type;
  for (Mark mark; in >> type >> std::hex >> mark.wanted >> mark.files;) marks_[type] = mark;
}

std::optional<uint64_t> SourceMarks::of(const std::string& type, uint64_t wanted) const {
  const auto found = marks_.find(type);
  if (found == marks_.end() || found->second.wanted != wanted) return {};
  return found->second.files;
}

void SourceMarks::keep(const std::string& type, uint64_t wanted, uint64_t mark) {
  Mark& kept = marks_[type];
  if (kept.wanted == wanted && kept.files == mark) return;
  kept = {wanted, mark};
  write();
}

void SourceMarks::forget(const std::string& type) {
  if (marks_.erase(type) > 0) write();
}

void SourceMarks::write() const {
  std::string text;
  for (auto& [type, mark] : marks_)
    text += fmt::format("{} {:x} {:x}\n", type, mark.wanted, mark.files);
  const std::string next = path_ + ".next";
  const UniqueFd file(
      open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file && write_all(file.get(), text)) (void)rename(next.c_str(), path_.c_str());
}

}  // namespace muster
