// Complaints about an app's files as other tools read them: annotations of GitHub, and SARIF 2.1.0
// for whatever shows findings beside code. Pure.
#pragma once

#include <span>
#include <string>

#include "daemon/config/model.h"

namespace muster {

struct FileComplaints {
  std::span<const Complaint> warnings, errors;
  bool warnings_are_errors = false;
  const char* level_of_warnings() const { return warnings_are_errors ? "error" : "warning"; }
};
// A line of workflow commands each.
std::string github_text(const FileComplaints& findings);
// An object, also where there is nothing to complain about.
std::string sarif_text(const FileComplaints& findings);

}  // namespace muster
