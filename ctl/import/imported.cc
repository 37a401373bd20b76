// See imported.h. Here: a type, put together with what muster.toml really takes.
#include "ctl/import/imported.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "ctl/import/shell_text.h"
#include "daemon/config/load.h"
#include "proto/limits.h"

namespace muster {
namespace {

bool is_name_character(unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; }

// Names that mean something else here.
struct TakenName {
  std::string_view name, why;
};
constexpr TakenName taken_names[] = {
    {"app", "[app] in muster.toml is for all types"},
    {"run", "that is the name of one-off commands"},
    {"release", "a type of that name runs before each release"},
};

// "muster.toml:2: signal: 'KILL' ..." without its place.
std::string reason_of(const std::string& text) {
  const size_t colon = text.find(": ");
  return colon == text.npos ? text : text.substr(colon + 2);
}

}  // namespace

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string toml_seconds(double seconds) {
  const auto ms = static_cast<int64_t>(std::llround(std::clamp(seconds, 0.0, 3e7) * 1000));
  return ms % 1000 ? fmt::format("\"{}ms\"", ms) : fmt::format("\"{}s\"", ms / 1000);
}

void Imported::note(uint32_t line, std::string message) {
  add_complaint(notes, {file, line, std::move(message)});
}

void Imported::note_of(const std::string& type, uint32_t line, const std::string& message) {
  note(line, fmt::format("{}: {}", type, message));
}

void Imported::set(ImportedType& type, const std::string& key, const std::string& value,
                   uint32_t line) {
  // Another type is known when all are there.
  const bool needs_others = key == "needs";
  if (!needs_others) {
    const auto read = assemble_model({"Procfile", "x: x\n"}, {},
                                     NamedText{settings_file_name, "[x]\n" + key + " = " + value});
    const std::string wrong = !read                  ? read.message()
                              : read->errors.empty() ? ""
                                                     : read->errors.front().text();
    if (!wrong.empty()) return note_of(type.name, line, reason_of(wrong));
  }
  type.settings[key] = value;
}

std::string Imported::free_name(const std::string& wanted, uint32_t line) {
  std::string name;
  for (const char c : wanted) name += is_name_character(static_cast<unsigned char>(c)) ? c : '-';
  name = name.substr(0, limits::type_name - 4);
  if (name.empty()) name = "process";
  std::string why = name == wanted ? "" : "a Procfile has letters, digits, - and _ in names";
  const auto is_taken = [&](const std::string& other) {
    for (auto& row : taken_names)
      if (row.name == other) {
        why = row.why;
        return true;
      }
    return std::any_of(types.begin(), types.end(), [&](auto& type) { return type.name == other; });
  };
  std::string free = name;
  for (uint32_t i = 1; is_taken(free); i++) free = fmt::format("{}{}", name, i);
  if (free != wanted)
    note(line, fmt::format("'{}' is called '{}' here{}", wanted, free,
                           why.empty() ? std::string() : ": " + why));
  return free;
}

void Imported::put_before_commands() {
  for (auto& type : types)
    for (auto& pair : Environment(type.env)) {
      auto& [name, value] = pair;
      if (name != "PORT" && !has_marks(value)) continue;
      type.command = with_variable(name, value, type.command, type.is_of_words);
      std::erase(type.env, pair);
      if (name == "PORT")
        note_of(type.name, 0,
                "PORT stands before its command, because muster gives each process one");
    }
}

}  // namespace muster
