// The daemons of a user, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/message.h"

namespace muster {

struct AppRow {
  std::string app;
  std::optional<StatusReply> status;  // none: it holds its lock and does not answer
};

std::string apps_table(const std::vector<AppRow>& rows);
// What is not known is null.
std::string apps_json(const std::vector<AppRow>& rows);

}  // namespace muster
