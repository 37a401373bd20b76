// See ps.h.
#include "ctl/printers/ps.h"

#include <fmt/format.h>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ctl/printers/json.h"
#include "ctl/printers/text.h"
#include "proto/process_name.h"

namespace muster {
namespace {

constexpr const char* process_format = "{:<12}  {:<18}  {}\n";
constexpr size_t longest_command = 36;

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
  object["command"] = row.command;
  object["note"] = json_or_null(row.note);
  return object;
}

}  // namespace

std::string ps_table(const std::vector<ProcessRow>& rows) {
  std::string text = fmt::format(process_format, "Process", "State", "Command");
  text +=
      fmt::format(process_format, std::string(12, '-'), std::string(18, '-'), std::string(30, '-'));
  for (auto& row : rows) {
    auto age = format_age(std::chrono::milliseconds(row.age_ms));
    text += fmt::format(process_format, row.process, fmt::format("{} for {}", row.state, age),
                        cut_to(terminal_safe(row.command), longest_command));
  }
  return text;
}

std::string ps_json(const std::vector<ProcessRow>& rows) {
  Json array = Json::array();
  for (auto& row : rows) array.push_back(json_of(row));
  return text_of(array, 2) + "\n";
}

}  // namespace muster
