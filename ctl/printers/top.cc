// See top.h.
#include "ctl/printers/top.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <map>

#include "ctl/printers/text.h"

namespace muster {
namespace {

struct Row {
  const ProcessRow* process;
  double percent = 0;  // of one processor
};

// Where it was launched again meanwhile, what it has used since then.
double percent_of(const ProcessRow* before, const ProcessRow& now, Nanos between) {
  if (!before || !now.cpu_ms || between <= Nanos(0)) return 0;
  const int64_t earlier = before->pid == now.pid ? before->cpu_ms.value_or(0) : 0;
  const int64_t used = std::max<int64_t>(0, *now.cpu_ms - earlier);
  return 100 * std::chrono::duration<double>(std::chrono::milliseconds(used)) / between;
}

// Whether `a` comes before `b`. By name they are as the daemon has them.
bool is_more(const Row& a, const Row& b, TopOrder order) {
  switch (order) {
    case TopOrder::cpu:
      return a.percent > b.percent;
    case TopOrder::memory:
      return a.process->memory_bytes.value_or(0) > b.process->memory_bytes.value_or(0);
    case TopOrder::age:
      return a.process->age_ms > b.process->age_ms;
    case TopOrder::restarts:
      return a.process->restarts > b.process->restarts;
    case TopOrder::name:
      break;
  }
  return false;
}

template <class... Columns>
std::string line(const Columns&... columns) {
  return fmt::format("{:<12} {:>7} {:>6} {:>9} {:>4}  {:<11} {}\n", columns...);
}

}  // namespace

std::string top_table(const std::vector<ProcessRow>& before, const std::vector<ProcessRow>& now,
                      Nanos between, TopOrder order, bool is_reversed, const std::string& hint) {
  std::map<std::string_view, const ProcessRow*> earlier;
  for (auto& row : before) earlier[row.process] = &row;
  std::vector<Row> rows;
  double percent = 0;
  uint64_t memory = 0;
  size_t up = 0;
  for (auto& process : now) {
    auto found = earlier.find(process.process);
    const auto* then = found == earlier.end() ? nullptr : found->second;
    rows.push_back({&process, percent_of(then, process, between)});
    percent += rows.back().percent;
    memory += process.memory_bytes.value_or(0);
    up += process.state == "up" ? 1 : 0;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return is_more(a, b, order); });
  if (is_reversed) std::reverse(rows.begin(), rows.end());
  std::string text = fmt::format("{} of {} processes up, CPU {:.1f} %, memory {}\n{}\n", up,
                                 rows.size(), percent, format_size(memory), hint);
  text += line("Process", "Pid", "CPU %", "Memory", "Rest", "State", "Command");
  for (auto& [process, share] : rows)
    text +=
        line(process->process, process->pid ? std::to_string(*process->pid) : "",
             fmt::format("{:.1f}", share),
             process->memory_bytes ? format_size(*process->memory_bytes) : "", process->restarts,
             fmt::format("{} {}", process->state,
                         format_age(std::chrono::milliseconds(process->age_ms))),
             terminal_safe(process->command));
  return text;
}

}  // namespace muster
