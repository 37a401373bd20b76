// See converters.h. Here: supervisord.conf, and what foreman exports in its form.
#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "ctl/import/converters.h"
#include "ctl/import/ini.h"
#include "ctl/import/numbered.h"
#include "ctl/import/percent_text.h"
#include "ctl/import/shell_text.h"
#include "ctl/import/supervisor_keys.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

constexpr std::string_view program_prefix = "program:", group_prefix = "group:";

// supervisord.conf and the files that it includes.
class SupervisorFile {
 public:
  explicit SupervisorFile(const ImportSource& source) : source_(source) {
    imported_.file = source.file;
  }

  Result<Imported> convert() {
    auto sections = parse_ini(source_.text, source_.file);
    if (!sections) return tl::unexpected(sections.error());
    if (Result<> done = take_all(*sections); !done) return tl::unexpected(done.error());
    for (auto& section : *sections)
      if (section.name == "include")
        if (Result<> done = include(section); !done) return tl::unexpected(done.error());
    join_numbered(imported_, groups_, programs_);
    imported_.put_before_commands();
    for (auto& [name, value] : imported_.env) value = plain(value);
    imported_.file = source_.file;
    return std::move(imported_);
  }

 private:
  Result<> take_all(const std::vector<IniSection>& sections) {
    // The variables of all come first, wherever they stand.
    for (auto& section : sections)
      if (section.name == "supervisord") take_supervisord(section);
    for (auto& section : sections) {
      if (section.name.starts_with(program_prefix)) take_program(section);
      if (section.name.starts_with(group_prefix)) take_group(section);
      if (const auto note = note_of_section(section.name))
        imported_.note(section.line, fmt::format("[{}]: {}", section.name, *note));
    }
    return {};
  }

  Result<> include(const IniSection& section) {
    auto* files = section.find("files");
    if (!files || !source_.files) return {};
    auto patterns = expanded(*files, "include", {});
    auto split = split_words(patterns.value_or(""));
    if (!split) return fail("{}:{}: files: {}", source_.file, files->line, split.message());
    for (auto& pattern : *split) {
      const auto found = source_.files(pattern);
      if (found.empty())
        imported_.note(files->line, fmt::format("files: {} matches nothing here", pattern));
      for (auto& file : found) {
        imported_.file = file.file;
        auto sections = parse_ini(file.text, file.file);
        if (!sections) return tl::unexpected(sections.error());
        if (Result<> done = take_all(*sections); !done) return done;
      }
      imported_.file = source_.file;
    }
    return {};
  }

  PercentNames names_of(const std::string& program, int first_number) const {
    return {{{"here", source_.directory}, {"program_name", program}, {"group_name", program}},
            first_number};
  }

  std::optional<std::string> expanded(const IniEntry& entry, const std::string& program,
                                      const PercentNames& names) {
    auto text = expand_percent(entry.value, names.texts.empty() ? names_of(program, 0) : names);
    if (text) return std::move(*text);
    imported_.note_of(program, entry.line, fmt::format("{}: {}", entry.key, text.message()));
    return {};
  }

  // Each mark is replaced by what its variable is now.
  std::string plain(const std::string& text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); i++) {
      const size_t end = text[i] == '\x01' ? text.find('\x02', i) : text.npos;
      if (end == text.npos) {
        out += text[i];
        continue;
      }
      const std::string name = text.substr(i + 1, end - i - 1);
      if (source_.variable) out += source_.variable(name).value_or("");
      i = end;
    }
    return out;
  }

  void take_supervisord(const IniSection& section) {
    if (auto* environment = section.find("environment"))
      take_environment(*environment, "supervisord", {}, imported_.env);
    for (auto& entry : section.entries)
      if (const auto note = note_of_daemon_key(entry))
        imported_.note_of("supervisord", entry.line, *note);
  }

  void take_environment(const IniEntry& entry, const std::string& program,
                        const PercentNames& names, Environment& env) {
    const auto text = expanded(entry, program, names);
    if (!text) return;
    auto pairs = parse_pairs(*text);
    if (!pairs)
      return imported_.note_of(program, entry.line,
                               fmt::format("environment: {}", pairs.message()));
    for (auto& [name, value] : *pairs) set_variable(env, name, value);
  }

  void take_program(const IniSection& section) {
    const std::string program = section.name.substr(program_prefix.size());
    auto* command = section.find("command");
    if (!command)
      return imported_.note(section.line,
                            fmt::format("[{}]: it has no command, and is left out", section.name));
    auto* first = section.find("numprocs_start");
    const PercentNames names = names_of(program, first ? number_of(*first).value_or(0) : 0);
    ImportedType type;
    const auto line = expanded(*command, program, names);
    if (!line) return;
    if (line->find('$') != line->npos && !line->starts_with("bash ") && !is_shell(*line))
      imported_.note_of(program, command->line,
                        "command: supervisord has no shell, so that a $ stays one; it is quoted");
    const auto shell = shell_line_of(*line);
    if (!shell) return imported_.note_of(program, command->line, "command: " + shell.message());
    type.name = imported_.free_name(program, section.line);
    type.command = *shell;
    type.is_of_words = true;
    for (auto& entry : section.entries) take_key(type, section, entry, names);
    // Its usual way is another one than ours.
    if (!section.find("autorestart")) type.settings["restart"] = "\"on-failure\"";
    programs_.push_back({type.name, program});
    imported_.types.push_back(std::move(type));
  }

  static bool is_shell(std::string_view line) {
    const size_t end = std::min(line.find(' '), line.size());
    const std::string_view program = line.substr(0, end);
    return program.ends_with("sh") && line.find(" -") != line.npos;
  }

  static std::optional<int> number_of(const IniEntry& entry) {
    constexpr int most = 1'000'000;
    int number = 0;
    const char* end = entry.value.data() + entry.value.size();
    const auto [rest, error] = std::from_chars(entry.value.data(), end, number);
    if (error != std::errc() || rest != end || number < 0 || number > most) return {};
    return number;
  }

  void take_key(ImportedType& type, const IniSection& section, const IniEntry& entry,
                const PercentNames& names) {
    if (entry.key == "environment") return take_environment(entry, type.name, names, type.env);
    if (entry.key == "directory") {
      if (const auto text = expanded(entry, type.name, names))
        imported_.set(type, "directory", toml_text(plain(*text)), entry.line);
      return;
    }
    if (entry.key == "numprocs") {
      const auto count = number_of(entry);
      if (!count || *count > most_processes)
        return imported_.note_of(type.name, entry.line, "numprocs: it is no number of processes");
      type.count = std::min(type.count, 1U) * static_cast<uint32_t>(*count);
      return;
    }
    if (entry.key == "autostart" && is_false(entry.value)) {
      type.count = 0;
      return imported_.note_of(
          type.name, entry.line,
          "autostart: it runs when it is wanted: ctl scale " + type.name + "=1");
    }
    const SupervisorKey found = read_program_key(section, entry);
    if (!found.key.empty()) imported_.set(type, found.key, found.value, entry.line);
    if (!found.note.empty())
      imported_.note_of(type.name, entry.line, fmt::format("{}: {}", entry.key, found.note));
  }

  void take_group(const IniSection& section) {
    auto* members = section.find("programs");
    if (!members) return;
    const std::string group = section.name.substr(group_prefix.size());
    std::string names;
    for (auto& name : list_of(members->value))
      for (auto& program : programs_) {
        if (program.wanted != name) continue;
        program.group = group;
        names += ' ' + program.name;
      }
    groups_.push_back(group);
    if (!is_numbered(group, programs_))
      imported_.note(section.line,
                     fmt::format("[{}]: there are no groups; its types are named together: ctl "
                                 "restart{}",
                                 section.name, names));
  }

  static std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> list;
    while (!text.empty()) {
      const size_t end = std::min(text.find_first_of(", \n"), text.size());
      if (end > 0) list.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return list;
  }

  static constexpr int most_processes = 4096;
  const ImportSource& source_;
  Imported imported_;
  std::vector<NumberedProgram> programs_;
  std::vector<std::string> groups_;
};

}  // namespace

Result<Imported> import_supervisor(const ImportSource& source) {
  return SupervisorFile(source).convert();
}

}  // namespace muster
