// See ps.h.
#include "ctl/printers/ps.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ctl/printers/json.h"
#include "ctl/printers/text.h"
#include "proto/process_name.h"

namespace muster {
namespace {

constexpr const char* process_format = "{:<12}  {:<18}  {}\n";
constexpr size_t shortest_cut = 36;  // as Heroku's were in 2011

std::string command_of(const ProcessRow& row, size_t width, size_t left_of_it) {
  const size_t room = width > left_of_it ? width - left_of_it : 0;
  return cut_to(terminal_safe(row.command), std::max(room, shortest_cut));
}

Json json_of(const ProcessRow& row) {
  Json object = {{"process", row.process}};
  if (auto name = parse_process_name(row.process)) {
    object["type"] = name->type;
    object["number"] = name->number;
  }
  object["pid"] = json_or_null(row.pid);
  object["state"] = row.state;
  object["since"] = format_utc(row.since);
  object["age"] = std::chrono::duration<double>(std::chrono::milliseconds(row.age_ms)).count();
  object["restarts"] = row.restarts;
  object["port"] = json_or_null(row.port);
  object["last_exit"] = json_or_null(row.last_exit);
  object["cpu"] = json_or_null(row.cpu_ms ? std::optional(double(*row.cpu_ms) / 1000)
                                          : std::optional<double>());
  object["memory"] = json_or_null(row.memory_bytes);
  object["command"] = row.command;
  object["note"] = json_or_null(row.note);
  return object;
}

}  // namespace

std::string ps_table(const std::vector<ProcessRow>& rows, size_t width) {
  constexpr size_t left = 12 + 2 + 18 + 2;
  std::string text = fmt::format(process_format, "Process", "State", "Command");
  text +=
      fmt::format(process_format, std::string(12, '-'), std::string(18, '-'), std::string(30, '-'));
  for (auto& row : rows) {
    auto age = format_age(std::chrono::milliseconds(row.age_ms));
    text += fmt::format(process_format, row.process, fmt::format("{} for {}", row.state, age),
                        command_of(row, width, left));
  }
  return text;
}

std::string ps_usage_table(const std::vector<ProcessRow>& rows, size_t width) {
  constexpr size_t left = 12 + 2 + 18 + 2 + 9 + 2 + 10 + 2 + 8 + 2;
  auto line = [](auto&&... columns) {
    return fmt::format("{:<12}  {:<18}  {:>9}  {:>10}  {:>8}  {}\n", columns...);
  };
  const std::string dashes(30, '-');
  auto rule = [&](size_t length) { return std::string_view(dashes).substr(0, length); };
  std::string text = line("Process", "State", "CPU", "Memory", "Restarts", "Command");
  text += line(rule(12), rule(18), rule(9), rule(10), rule(8), rule(30));
  for (auto& row : rows)
    text +=
        line(row.process,
             fmt::format("{} for {}", row.state, format_age(std::chrono::milliseconds(row.age_ms))),
             row.cpu_ms ? fmt::format("{:.2f}s", double(*row.cpu_ms) / 1000) : "",
             row.memory_bytes ? format_size(*row.memory_bytes) : "", row.restarts,
             command_of(row, width, left));
  return text;
}

std::string ps_json(const std::vector<ProcessRow>& rows) {
  Json array = Json::array();
  for (auto& row : rows) array.push_back(json_of(row));
  return text_of(array, 2) + "\n";
}

}  // namespace muster
