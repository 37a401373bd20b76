// See ps.h.
#include "ctl/printers/ps.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "ctl/printers/table.h"
#include "ctl/printers/text.h"
#include "proto/process_name.h"

namespace muster {
namespace {

constexpr size_t shortest_cut = 36;  // as Heroku's were in 2011
constexpr size_t enough_of_it = 80;  // of a command, where pid and port would cut it
constexpr size_t state_width = 18;
constexpr std::string_view gray = "\x1b[37m", green = "\x1b[32m", yellow = "\x1b[33m",
                           red = "\x1b[31m";

size_t room_for_command(const Table& table, const PsLook& look) {
  if (look.wide) return SIZE_MAX;
  const size_t left = table.left_of_last();
  return std::max(look.width > left ? look.width - left : 0, shortest_cut);
}

std::string command_of(const std::string& command, size_t room) {
  return cut_to(terminal_safe(command), room);
}

Table::Cell name_cell(const std::string& process, const PsLook& look) {
  return {process, look.types.of(process)};
}

Table::Cell state_cell(const ProcessRow& row) { return {state_text(row), state_colour(row.state)}; }

// "next in 50m, 04:30", with the day where it is not today.
std::string state_of_type(const TypeRow& row, WallTime now) {
  if (row.stopped) return "stopped";
  if (!row.next) return "runs no process";
  const LocalMinute today = local_minute(now), then = local_minute(*row.next);
  const bool is_today = today.month == then.month && today.day == then.day;
  const std::string day = is_today ? "" : fmt::format("{:02}-{:02} ", then.month, then.day);
  return fmt::format("next in {}, {}{:02}:{:02}", format_age(*row.next - now), day, then.hour,
                     then.minute);
}

// The rows of a reply, those of types among those of processes.
template <class Process, class Type>
void in_order(const PsReply& reply, Process process, Type type) {
  size_t next = 0;
  for (auto& row : reply.processes) {
    const std::string_view name = std::string_view(row.process).substr(0, row.process.rfind('.'));
    for (; next < reply.types.size() && reply.types[next].type.compare(name) < 0; ++next)
      type(reply.types[next]);
    process(row);
  }
  for (; next < reply.types.size(); ++next) type(reply.types[next]);
}

std::string number_or_nothing(const auto& number) {
  return number ? std::to_string(*number) : std::string();
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
  object["crashes"] = row.crashes;
  object["next"] = json_or_null(row.next_ms ? std::optional(double(*row.next_ms) / 1000)
                                            : std::optional<double>());
  object["cpu"] = json_or_null(row.cpu_ms ? std::optional(double(*row.cpu_ms) / 1000)
                                          : std::optional<double>());
  object["memory"] = json_or_null(row.memory_bytes);
  object["command"] = row.command;
  object["note"] = json_or_null(row.note);
  return object;
}

}  // namespace

std::string state_text(const ProcessRow& row) {
  std::string text =
      fmt::format("{} for {}", row.state, format_age(std::chrono::milliseconds(row.age_ms)));
  if (row.state != "crashed" && row.state != "failed") return text;
  if (row.last_exit) text += fmt::format(" (exit {})", *row.last_exit);
  if (row.crashes > 1) text += fmt::format(", {} times", row.crashes);
  if (row.next_ms) text += ", next in " + format_age(std::chrono::milliseconds(*row.next_ms));
  return text;
}

std::string_view state_colour(std::string_view state) {
  if (state == "up" || state == "complete") return green;
  if (state == "crashed" || state == "failed") return red;
  if (state == "down") return {};
  return yellow;
}

std::string note_beside_table(const ProcessRow& row) {
  std::string note = row.note.value_or("");
  if (!row.next_ms) return note;
  const auto at = note.rfind(fmt::format("{} crashes in a row", row.crashes));
  if (at == note.npos) return note;
  note.resize(at);
  while (note.ends_with(' ') || note.ends_with(';')) note.pop_back();
  return note;
}

std::vector<std::string> notes_beside_table(const std::vector<ProcessRow>& rows) {
  constexpr size_t many = 4;
  std::vector<std::pair<std::string, std::vector<std::string>>> notes;  // with those that have it
  std::map<std::string, size_t> places;
  for (auto& row : rows) {
    const std::string note = note_beside_table(row);
    if (note.empty()) continue;
    const auto [place, is_new] = places.emplace(note, notes.size());
    if (is_new) notes.emplace_back(note, std::vector<std::string>());
    notes[place->second].second.push_back(row.process);
  }
  std::vector<std::string> lines;
  for (auto& [note, names] : notes) {
    if (names.size() >= many)
      names = {fmt::format("{} and {} others", names.front(), names.size() - 1)};
    for (auto& name : names) lines.push_back(fmt::format("{}: {}", name, note));
  }
  return lines;
}

std::string ps_table(const PsReply& reply, const PsLook& look) {
  size_t states = state_width, longest = 0;
  for (auto& row : reply.processes) {
    states = std::max(states, state_text(row).size());
    longest = std::max(longest, row.command.size());
  }
  for (auto& row : reply.types) states = std::max(states, state_of_type(row, look.now).size());
  const std::vector<Table::Column> few = {{"Process", 12}, {"State", states}, {"Command", 30}};
  std::vector<Table::Column> more = {
      {"Process", 12}, {"State", states}, {"Pid", 7, true}, {"Port", 5, true}};
  if (look.wide) more.push_back({"Restarts", 8, true});
  more.push_back({"Command", 30});
  const size_t left = Table(more).left_of_last();
  const bool fits =
      look.wide || (look.is_terminal && look.width >= left + std::min(longest, enough_of_it));
  Table table(fits ? more : few);
  const size_t room = room_for_command(table, look);
  const auto add = [&](Table::Cell name, Table::Cell state, std::vector<std::string> numbers,
                       const std::string& command) {
    std::vector<Table::Cell> cells{std::move(name), std::move(state)};
    for (auto& number : numbers)
      if (cells.size() + 1 < (fits ? more : few).size()) cells.push_back({std::move(number)});
    cells.push_back({command_of(command, room)});
    table.add(std::move(cells));
  };
  in_order(
      reply,
      [&](const ProcessRow& row) {
        add(name_cell(row.process, look), state_cell(row),
            {number_or_nothing(row.pid), number_or_nothing(row.port), std::to_string(row.restarts)},
            row.command);
      },
      [&](const TypeRow& row) {
        add({row.type, gray}, {state_of_type(row, look.now), gray}, {"", "", ""}, row.command);
      });
  return table.text(look.colours);
}

std::string ps_usage_table(const PsReply& reply, const PsLook& look) {
  Table table({{"Process", 12},
               {"State", state_width},
               {"CPU", 9, true},
               {"Memory", 10, true},
               {"Restarts", 8, true},
               {"Command", 30}});
  const size_t room = room_for_command(table, look);
  for (auto& row : reply.processes)
    table.add({name_cell(row.process, look),
               state_cell(row),
               {row.cpu_ms ? fmt::format("{:.2f}s", double(*row.cpu_ms) / 1000) : ""},
               {row.memory_bytes ? format_size(*row.memory_bytes) : ""},
               {std::to_string(row.restarts)},
               {command_of(row.command, room)}});
  return table.text(look.colours);
}

std::string ps_json(const std::vector<ProcessRow>& rows) {
  Json array = Json::array();
  for (auto& row : rows) array.push_back(json_of(row));
  return text_of(array, 2) + "\n";
}

}  // namespace muster
