// Verifies what a tool has written: its files, or its stdout while it runs. Prints a JSON object.
//   bench_check FILE...                  all of them, one after the other
//   bench_check --live LINES DELAYS      stdin until so many lines have come; delays into a file
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "bench/check_lines.h"

namespace muster::bench {
namespace {

// True if all `most` lines came before the end of the file.
bool read_all(int fd, uint64_t most, LineCheck& check) {
  std::vector<char> buffer(1 << 20);
  size_t held = 0;
  for (;;) {
    ssize_t n = ::read(fd, buffer.data() + held, buffer.size() - held);
    if (n <= 0) return false;
    check.received(read_clocks().mono);
    std::string_view text(buffer.data(), held + size_t(n));
    for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
      check.take(text.substr(0, end));
    held = text.size() < buffer.size() ? text.size() : 0;
    std::memmove(buffer.data(), text.data(), held);
    if (check.lines() >= most) return true;
  }
}

int run(std::vector<std::string> words) {
  LineCheck check;
  if (words.size() == 3 && words[0] == "--live") {
    read_all(STDIN_FILENO, std::strtoull(words[1].c_str(), nullptr, 10), check);
    if (!check.write_delays(words[2])) return 1;
  } else {
    for (auto& word : words) {
      UniqueFd file(::open(word.c_str(), O_RDONLY | O_CLOEXEC));
      if (!file) return 1;
      read_all(file.get(), UINT64_MAX, check);
    }
  }
  fmt::print("{{\"lines\": {}, \"wrong\": {}, \"at\": {}}}\n", check.lines(), check.wrong(),
             read_clocks().wall.time_since_epoch().count());
  return 0;
}

}  // namespace
}  // namespace muster::bench

int main(int argc, char** argv) { return muster::bench::run({argv + 1, argv + argc}); }
