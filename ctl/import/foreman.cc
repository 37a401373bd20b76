// See converters.h. Here: the units of systemd that foreman exports, from APP.target on: targets
// that want targets or services, one service a process, or APP-web@.service with a port for each.
// Their command is a line of a Procfile again, as bash was handed it.
#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <set>

#include "ctl/import/converters.h"
#include "ctl/import/ini.h"
#include "ctl/import/numbered.h"
#include "ctl/import/shell_text.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

constexpr IniFormat unit_format{"#;", true, true};
constexpr std::string_view target_ending = ".target", service_ending = ".service";
constexpr size_t most_units = 4096;
// They lose nothing: muster does so by itself, or has its own way.
constexpr std::string_view silent_unit_keys[] = {
    "ExecStart",      "Environment",   "KillMode",         "RestartSec", "StandardInput",
    "StandardOutput", "StandardError", "SyslogIdentifier", "Type"};

bool cut_ending(std::string& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.resize(text.size() - ending.size());
  return true;
}

// %% is a percent sign, and %i what stands behind the @.
std::string without_specifiers(std::string_view text, std::string_view instance) {
  std::string out;
  for (size_t at = 0; at < text.size(); at++) {
    const char next = text[at] == '%' && at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '%')
      out += '%';
    else if (next == 'i' || next == 'I')
      out += instance;
    else
      out += text[at];
    if (next == '%' || next == 'i' || next == 'I') at++;
  }
  return out;
}

class ForemanUnits {
 public:
  explicit ForemanUnits(const ImportSource& source) : source_(source) {
    imported_.file = source.file;
  }

  Result<Imported> convert() {
    app_ = source_.file.substr(source_.file.rfind('/') + 1);
    if (!cut_ending(app_, target_ending))
      return fail("{}: it is no target: name APP.target, which wants the others", source_.file);
    if (Result<> done = take_target(source_.text); !done) return tl::unexpected(done.error());
    imported_.file = source_.file;
    imported_.put_before_commands();
    return std::move(imported_);
  }

 private:
  Result<> take_target(const std::string& text) {
    const auto sections = parse_ini(text, imported_.file, unit_format);
    if (!sections) return tl::unexpected(sections.error());
    const std::string own_file = imported_.file;
    const size_t before = seen_.size();
    for (auto& section : *sections)
      for (auto& entry : section.entries) {
        if (section.name != "Unit" || (entry.key != "Wants" && entry.key != "Requires")) continue;
        const auto names = split_words(entry.value);
        if (!names) return fail("{}:{}: {}", own_file, entry.line, names.message());
        for (auto& name : *names) {
          if (Result<> done = take_unit(name, entry.line); !done) return done;
          imported_.file = own_file;
        }
      }
    return seen_.size() == before ? take_services_of(own_file) : Result<>();
  }

  // The first exports had services that said themselves which target wants them.
  Result<> take_services_of(const std::string& target_file) {
    std::string stem = target_file.substr(target_file.rfind('/') + 1);
    if (!cut_ending(stem, target_ending) || !source_.files) return {};
    for (auto& found : source_.files(stem + "-*.service")) {
      const std::string name = found.file.substr(found.file.rfind('/') + 1);
      if (name.find('@') != name.npos) continue;
      if (Result<> done = take_unit(name, 0); !done) return done;
      imported_.file = target_file;
    }
    return {};
  }

  // A unit that is not foreman's, such as network.target, is not beside the others.
  Result<> take_unit(const std::string& name, uint32_t line) {
    if (!name.starts_with(app_) || !seen_.insert(name).second) return {};
    if (seen_.size() > most_units)
      return fail("{}:{}: there are more than {} units", imported_.file, line, most_units);
    std::string stem = name, instance;
    const bool is_service = cut_ending(stem, service_ending);
    if (const size_t at = stem.find('@'); is_service && at != stem.npos) {
      instance = stem.substr(at + 1);
      stem.resize(at);
    }
    const std::string file = instance.empty() ? name : fmt::format("{}@{}", stem, service_ending);
    const auto found = source_.files ? source_.files(file) : std::vector<ImportSource::Found>();
    if (found.empty()) {
      imported_.note(line, fmt::format("{} is not there, and is left out", file));
      return {};
    }
    imported_.file = found.front().file;
    return is_service ? take_service(found.front().text, stem, instance)
                      : take_target(found.front().text);
  }

  // shop-web-2, shop-web.2 and shop-web@5001 are all web.
  std::string type_of(const std::string& stem) const {
    std::string plain = stem;
    if (const size_t dot = plain.rfind('.'); dot != plain.npos) plain[dot] = '-';
    return type_in_group(app_, plain).value_or(stem.substr(std::min(app_.size() + 1, stem.size())));
  }

  Result<> take_service(const std::string& text, const std::string& stem,
                        const std::string& instance) {
    auto sections = parse_ini(text, imported_.file, unit_format);
    if (!sections) return tl::unexpected(sections.error());
    ImportedType type;
    type.gets_port = true;
    const std::string wanted = type_of(stem);
    for (auto& section : *sections) {
      if (section.name != "Service") continue;
      for (auto& entry : section.entries) {
        entry.value = without_specifiers(entry.value, instance);
        if (Result<> done = take_key(type, wanted, entry); !done) return done;
      }
    }
    if (type.command.empty()) {
      imported_.note(0, fmt::format("{} has no ExecStart, and is left out", stem));
      return {};
    }
    const auto joined = by_wanted_.find(wanted);
    if (joined != by_wanted_.end() && imported_.types[joined->second].command == type.command) {
      imported_.types[joined->second].count++;
      return {};
    }
    type.name = imported_.free_name(wanted, 0);
    by_wanted_.emplace(wanted, imported_.types.size());
    imported_.types.push_back(std::move(type));
    return {};
  }

  Result<> take_key(ImportedType& type, const std::string& name, const IniEntry& entry) {
    auto& [key, value, line] = entry;
    const auto words = split_words(value);
    const bool is_of_words = key == "ExecStart" || key == "Environment";
    if (is_of_words && !words)
      return fail("{}:{}: {}: {}", imported_.file, line, key, words.message());
    if (key == "ExecStart") type.command = command_of(*words);
    if (key == "Environment")
      for (auto& pair : *words) take_variable(type, pair);
    if (key == "WorkingDirectory") imported_.set(type, "directory", toml_text(value), line);
    if (key == "TimeoutStopSec") take_grace(type, name, entry);
    if (key == "KillSignal")
      imported_.set(type, "signal", toml_text(value.starts_with("SIG") ? value.substr(3) : value),
                    line);
    if (key == "Restart" && value != "always")
      type.settings["restart"] = value == "no" ? "\"never\"" : "\"on-failure\"";
    if (key == "User") {
      imported_.set(type, "user", toml_text(value), line);
      if (is_first(name)) imported_.note_of(name, line, "user: only root may start it so");
    }
    const bool is_known = std::find(std::begin(silent_unit_keys), std::end(silent_unit_keys),
                                    key) != std::end(silent_unit_keys) ||
                          key == "WorkingDirectory" || key == "TimeoutStopSec" ||
                          key == "KillSignal" || key == "Restart" || key == "User";
    if (!is_known && is_first(name))
      imported_.note_of(name, line, fmt::format("{}: it is not known here", key));
    return {};
  }

  bool is_first(const std::string& name) const { return !by_wanted_.contains(name); }

  // bash -lc 'exec -a "shop-web.1" COMMAND', or a program and its words.
  static std::string command_of(const std::vector<std::string>& words) {
    if (words.size() != 3 || !words[0].ends_with("/bash") || words[1] != "-lc")
      return line_of_shell(words);
    std::string line = words[2];
    if (line.starts_with("exec -a ")) {
      const auto parts = split_words(line);
      const size_t blank = line.find(' ', std::string_view("exec -a ").size());
      if (parts && parts->size() > 3 && blank != line.npos) line.erase(0, blank + 1);
    }
    return line_of_script(line);
  }

  // Muster gives each process a port and its name, as foreman did.
  static void take_variable(ImportedType& type, const std::string& pair) {
    const size_t sign = pair.find('=');
    const std::string name = pair.substr(0, sign);
    if (sign == pair.npos || name == "PORT" || name == "PS") return;
    set_variable(type.env, name, pair.substr(sign + 1));
  }

  void take_grace(ImportedType& type, const std::string& name, const IniEntry& entry) {
    const bool is_number = !entry.value.empty() && entry.value.size() < 7 &&
                           entry.value.find_first_not_of("0123456789") == entry.value.npos;
    if (is_number)
      imported_.set(type, "grace", toml_seconds(std::stod(entry.value)), entry.line);
    else
      imported_.note_of(name, entry.line, "TimeoutStopSec: write it as `grace`");
  }

  const ImportSource& source_;
  Imported imported_;
  std::string app_;
  std::set<std::string> seen_;
  std::map<std::string, size_t> by_wanted_;
};

}  // namespace

Result<Imported> import_foreman(const ImportSource& source) {
  return ForemanUnits(source).convert();
}

}  // namespace muster
