// See imported.h. Here: the texts of the three files.
#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "ctl/import/imported.h"
#include "daemon/config/env_file.h"
#include "daemon/config/load.h"

namespace muster {
namespace {

bool is_key_of_env_file(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// The line that is read as this value and as no other; nothing where there is none.
std::optional<std::string> line_of_env_file(const std::string& name, const std::string& value) {
  if (!is_key_of_env_file(name)) return {};
  std::string escaped;
  for (const char c : value)
    escaped += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  for (auto& written : {value, '\'' + value + '\'', '"' + escaped + '"'}) {
    if (written.find_first_of("\r\n") != written.npos) continue;
    const std::string line = fmt::format("{}={}\n", name, written);
    const auto read = parse_env_file(line, "");
    if (read.env == Environment{{name, value}} && read.complaints.empty()) return line;
  }
  return {};
}

// The variables that every type has, with the same value, are of all.
void gather_shared(Imported& imported) {
  if (imported.types.empty()) return;
  for (auto& pair : Environment(imported.types.front().env)) {
    const auto has_it = [&](const ImportedType& type) {
      return std::find(type.env.begin(), type.env.end(), pair) != type.env.end();
    };
    if (!std::all_of(imported.types.begin(), imported.types.end(), has_it)) continue;
    set_variable(imported.env, pair.first, pair.second);
    for (auto& type : imported.types) std::erase(type.env, pair);
  }
  // A type need not say it once more.
  for (auto& [name, value] : imported.env)
    for (auto& type : imported.types) std::erase(type.env, std::pair(name, value));
}

std::string toml_key(const std::string& name) {
  return is_key_of_env_file(name) ? name : toml_text(name);
}

std::string env_table(const std::string& table, const Environment& env) {
  if (env.empty()) return {};
  std::string text = fmt::format("\n[{}.env]\n", table);
  for (auto& [name, value] : env)
    text += fmt::format("{} = {}\n", toml_key(name), toml_text(value));
  return text;
}

std::string settings_of(const Imported& imported, const Environment& of_all) {
  std::string text = env_table(std::string(defaults_table), of_all);
  for (auto& type : imported.types) {
    if (!type.settings.empty()) text += fmt::format("\n[{}]\n", type.name);
    for (auto& [key, value] : type.settings) text += fmt::format("{} = {}\n", key, value);
    text += env_table(type.name, type.env);
  }
  return text;
}

std::string procfile_of(const Imported& imported) {
  std::string text = fmt::format("# Made by `ctl import` of {}.\n", imported.file);
  for (auto& type : imported.types) text += fmt::format("{}: {}\n", type.name, type.command);
  for (auto& line : imported.commented) text += fmt::format("# {}\n", line);
  return text;
}

std::string formation_of(const Imported& imported) {
  std::string changes;
  for (auto& type : imported.types)
    if (!type.settings.contains("cron")) changes += fmt::format(" {}={}", type.name, type.count);
  return changes.empty() ? "" : "ctl scale" + changes;
}

// `needs` is right or wrong with the types that there are.
void drop_impossible_needs(Imported& imported, const WrittenApp& app) {
  const auto read =
      assemble_model({"Procfile", app.procfile}, {}, NamedText{settings_file_name, app.settings});
  if (!read || read->errors.empty()) return;
  for (auto& error : read->errors) imported.note(0, error.message + "; needs is left out");
  for (auto& type : imported.types) type.settings.erase("needs");
}

}  // namespace

Result<WrittenApp> written(Imported& imported, bool has_env_file) {
  if (imported.types.empty()) {
    std::string why;
    for (auto& note : imported.notes) why += '\n' + note.text();
    return fail("{}: there is no process in it that could run here{}", imported.file, why);
  }
  gather_shared(imported);
  for (auto& type : imported.types) {
    if (type.count > 1 && is_singleton_by_name(type.name)) type.settings["singleton"] = "false";
    // It would be waited for at a port of which it knows nothing.
    const bool asks_for_port = type.gets_port || type.command.find("PORT}") != std::string::npos ||
                               type.command.find("$PORT") != std::string::npos;
    if (type.name == "web" && !asks_for_port) type.settings.emplace("ready", "\"none\"");
  }
  WrittenApp app;
  Environment of_all;
  for (auto& [name, value] : imported.env) {
    const auto line = has_env_file ? std::nullopt : line_of_env_file(name, value);
    if (line)
      app.env += *line;
    else
      of_all.emplace_back(name, value);
  }
  if (has_env_file)
    imported.note(0, "the .env that is there already stays as it is, and all types get it");
  app.procfile = procfile_of(imported);
  app.settings = settings_of(imported, of_all);
  drop_impossible_needs(imported, app);
  app.settings = settings_of(imported, of_all);
  if (!app.settings.empty())
    app.settings = fmt::format("# Made by `ctl import` of {}.\n{}", imported.file, app.settings);
  app.settings_are_secret = app.settings.find(".env]\n") != app.settings.npos;
  app.formation = formation_of(imported);
  return app;
}

}  // namespace muster
