// The apps of a machine, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/message.h"

namespace muster {

enum class AppState { running, no_answer, stopped };

struct AppRow {
  std::string app, user;
  AppState state = AppState::stopped;
  std::string directory = {};              // empty: not known
  std::optional<StatusReply> status = {};  // of one that runs
};

// With a column of users where there is more than one.
std::string apps_table(const std::vector<AppRow>& rows);
// A value that is not known is null.
std::string apps_json(const std::vector<AppRow>& rows);
// Rows as apps_json has written them.
std::vector<AppRow> apps_of_json(const std::string& text);

}  // namespace muster
