// See machine_app.h.
#include "daemon/config/machine_app.h"

#include <sys/stat.h>
#include <filesystem>
#include <set>

#include "base/nearest.h"
#include "daemon/config/settings_nodes.h"
#include "daemon/config/text_file.h"
#include "daemon/config/toml_bounds.h"
#include "proto/endpoints.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view files_directory = "/etc/muster", ending = ".toml";
constexpr std::string_view homes_directory = "/var/lib", home_prefix = "muster-";
constexpr size_t most_options = 64;

std::string file_of(const std::string& name) {
  return fmt::format("{}/{}{}", files_directory, name, ending);
}

Reading read_path(const toml::node& node, std::string& path) {
  if (Reading done = read(node, path); !done) return done;
  if (path.empty() || path.front() != '/' || path.find('\n') != path.npos)
    return wrong(node.source(), "must be an absolute path, such as \"/srv/shop\"");
  return {};
}

Reading read_options(const toml::node& node, std::vector<std::string>& options) {
  auto* list = node.as_array();
  if (!list || list->size() > most_options)
    return wrong(node.source(),
                 "must be a list of words, such as [\"--journal-size\", \"64M\"], of at most {}",
                 most_options);
  for (auto& word : *list)
    if (Reading done = read(word, options.emplace_back()); !done) return done;
  return {};
}

Reading read_account(const toml::node& node, std::string& user) {
  AccountName account;
  Reading done = read(node, account);
  user = account;
  return done;
}

Reading read_key(std::string_view key, const toml::node& node, MachineApp& app) {
  if (key == "directory") return read_path(node, app.directory);
  if (key == "home") return read_path(node, app.home);
  if (key == "user") return read_account(node, app.user);
  if (key == "options") return read_options(node, app.options);
  const auto meant = nearest(key, {"directory", "home", "user", "options"});
  return wrong(node.source(), "unknown key; {}",
               meant ? fmt::format("did you mean '{}'?", *meant)
                     : "there are directory, user, home and options");
}

Reading read_all(const toml::table& table, MachineApp& app) {
  for (auto& [key, node] : table)
    if (Reading done = read_key(key.str(), node, app); !done)
      return wrong(done.error().at, "{}: {}", key.str(), done.error().message);
  return {};
}

// Root alone makes directories there, as systemd does for a unit.
bool has_unit_home(const std::string& name) {
  struct stat status {};
  return lstat(usual_machine_app(name).home.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

MachineApp usual_machine_app(const std::string& name) {
  return {
      name, {}, "/srv/" + name, name, fmt::format("{}/{}{}", homes_directory, home_prefix, name)};
}

Result<MachineApp> parse_machine_app(std::string_view text, const std::string& name,
                                     const std::string& file) {
  if (const auto problem = beyond_bounds(text))
    return fail("{}:{}: {}", file, problem->line, problem->message);
  const auto parsed = toml::parse(text);
  if (!parsed) {
    const uint32_t line = parsed.error().source().begin.line;
    return fail("{}:{}: {}", file, line,
                lack_of_quotes(text, line).value_or(std::string(parsed.error().description())));
  }
  MachineApp app = usual_machine_app(name);
  app.file = file;
  if (const Reading done = read_all(parsed.table(), app); !done)
    return fail("{}:{}: {}", file, done.error().at.begin.line, done.error().message);
  return app;
}

Result<std::optional<MachineApp>> find_machine_app(const std::string& name) {
  if (!is_app_name(name)) return std::nullopt;
  auto text = read_text_file(file_of(name));
  if (!text) return tl::unexpected(text.error());
  if (!*text && has_unit_home(name)) return usual_machine_app(name);
  if (!*text) return std::nullopt;
  auto app = parse_machine_app(**text, name, file_of(name));
  if (!app) return tl::unexpected(app.error());
  return std::move(*app);
}

std::vector<std::string> machine_app_names() {
  std::set<std::string> names;
  std::error_code error;
  for (auto& entry : fs::directory_iterator(files_directory, error))
    if (const std::string file = entry.path().filename(); file.ends_with(ending))
      names.insert(file.substr(0, file.size() - ending.size()));
  for (auto& entry : fs::directory_iterator(homes_directory, error))
    if (const std::string file = entry.path().filename(); file.starts_with(home_prefix))
      names.insert(file.substr(home_prefix.size()));
  std::erase_if(names, [](auto& name) { return !is_app_name(name); });
  return {names.begin(), names.end()};
}

}  // namespace muster
