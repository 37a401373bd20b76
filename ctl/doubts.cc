// See doubts.h.
#include "ctl/doubts.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <filesystem>

#include "daemon/config/load.h"
#include "daemon/edge/launch/ability.h"

namespace muster {
namespace {

// A launch with it fails.
std::vector<Complaint> missing_here(const AppModel& model, const std::string& app_directory) {
  std::vector<Complaint> missing;
  const auto miss = [&](const ProcessType& type, std::string_view key, const std::string& value) {
    missing.push_back({settings_file_name, 0,
                       fmt::format("[{}] there is no {} '{}' here", type.name, key, value)});
  };
  for (auto& type : model.types) {
    const auto& [user, group] = type.settings.surroundings.account;
    const std::string& directory = type.settings.surroundings.directory;
    std::error_code error;
    if (!std::filesystem::is_directory(std::filesystem::path(app_directory) / directory, error))
      miss(type, "directory", directory);
    if (!is_number(user) && !getpwnam(user.c_str())) miss(type, "user", user);
    if (!is_number(group) && !getgrnam(group.c_str())) miss(type, "group", group);
  }
  return missing;
}

std::vector<Complaint> doubtful_listeners(const AppModel& model, const std::string& app) {
  std::vector<Complaint> doubtful;
  for (auto& type : model.types) {
    if (!type.settings.listen) continue;
    const std::filesystem::path place = type.settings.surroundings.directory;
    if (auto doubt = doubt_about_listening(type.command, (app / place).string()))
      doubtful.push_back({settings_file_name, 0, fmt::format("[{}] {}", type.name, *doubt)});
  }
  return doubtful;
}

}  // namespace

bool is_number(const std::string& text) {
  return text.find_first_not_of("0123456789") == text.npos;
}

std::vector<Complaint> doubts_here(const AppModel& model, const std::string& app_directory) {
  std::vector<Complaint> doubts = missing_here(model, app_directory);
  for (auto& doubt : doubtful_listeners(model, app_directory)) doubts.push_back(std::move(doubt));
  return doubts;
}

}  // namespace muster
