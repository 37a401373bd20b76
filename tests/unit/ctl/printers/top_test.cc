// The picture of ctl top, from two samples.
#include <catch2/catch.hpp>

#include "ctl/printers/top.h"

using namespace muster;

namespace {

ProcessRow row(std::string process, int64_t pid, int64_t cpu_ms, uint64_t memory) {
  ProcessRow row;
  row.process = std::move(process);
  row.state = "up";
  row.command = "work";
  row.age_ms = 5000;
  row.pid = pid;
  row.cpu_ms = cpu_ms;
  row.memory_bytes = memory;
  return row;
}

std::vector<std::string> first_words(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0, end; (end = text.find('\n', at)) != text.npos; at = end + 1)
    words.push_back(text.substr(at, std::min(text.find(' ', at), end) - at));
  return words;
}

}  // namespace

TEST_CASE("the busiest is first, and what it has used is of the time between") {
  const std::vector before{row("web.1", 10, 1000, 4 << 20), row("worker.1", 11, 1000, 1 << 20)};
  const std::vector now{row("web.1", 10, 1100, 4 << 20), row("worker.1", 11, 3000, 1 << 20)};
  const std::string text = top_table(before, now, 2s, TopOrder::cpu);
  CHECK(text.starts_with("2 of 2 processes up, CPU 105.0 %, memory 5.0 MiB\n\n"));
  CHECK(text.find("worker.1          11  100.0   1.0 MiB    0  up 5s       work\n") != text.npos);
  CHECK(first_words(text) == std::vector<std::string>{"2", "", "Process", "worker.1", "web.1"});
  CHECK(first_words(top_table(before, now, 2s, TopOrder::memory)).back() == "worker.1");
  CHECK(first_words(top_table(before, now, 2s, TopOrder::name)).back() == "worker.1");
  CHECK(first_words(top_table(before, now, 2s, TopOrder::cpu, true)).back() == "worker.1");
}

TEST_CASE("a command of 24 characters is whole on a line of 80") {
  ProcessRow one = row("web.1", 1234567, 0, 999 << 20);
  one.command = "node --inspect server.js";
  const std::string text = top_table({}, {one}, 1s, TopOrder::age, false, "a hint");
  CHECK(text.find("a hint\n") != text.npos);
  const size_t end = text.find("server.js\n") + std::string("server.js").size();
  CHECK(end - (text.rfind('\n', end - 1) + 1) <= 80);
}

TEST_CASE("one that was launched again has used what it has used since") {
  const std::vector before{row("web.1", 10, 90'000, 0)}, now{row("web.1", 12, 500, 0)};
  CHECK(top_table(before, now, 1s, TopOrder::cpu).find("CPU 50.0 %") != std::string::npos);
}

TEST_CASE("the first picture has nothing to compare with") {
  const std::vector now{row("web.1", 12, 500, 0)};
  CHECK(top_table({}, now, 1s, TopOrder::cpu).find("CPU 0.0 %") != std::string::npos);
}
