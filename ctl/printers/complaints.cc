// See complaints.h.
#include "ctl/printers/complaints.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/json.h"

namespace muster {
namespace {

// A command is one line, and a property ends at a comma.
std::string for_github(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text)
    out += special.find(c) == special.npos ? std::string(1, c)
                                           : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string github_line(std::string_view level, const Complaint& complaint) {
  const std::string file = for_github(complaint.file, "%\r\n:,");
  return fmt::format("::{} file={},line={}::{}\n", level, file, std::max(complaint.line, 1U),
                     for_github(complaint.message, "%\r\n"));
}

Json sarif_result(std::string_view level, const Complaint& complaint) {
  const Json place = {{"artifactLocation", {{"uri", complaint.file}}},
                      {"region", {{"startLine", std::max(complaint.line, 1U)}}}};
  return {{"ruleId", "app-files"},
          {"level", level},
          {"message", {{"text", complaint.message}}},
          {"locations", Json::array({Json{{"physicalLocation", place}}})}};
}

}  // namespace

std::string github_text(const FileComplaints& findings) {
  std::string text;
  for (auto& warning : findings.warnings)
    text += github_line(findings.level_of_warnings(), warning);
  for (auto& error : findings.errors) text += github_line("error", error);
  return text;
}

std::string sarif_text(const FileComplaints& findings) {
  Json results = Json::array();
  for (auto& warning : findings.warnings)
    results.push_back(sarif_result(findings.level_of_warnings(), warning));
  for (auto& error : findings.errors) results.push_back(sarif_result("error", error));
  const Json rule = {
      {"id", "app-files"},
      {"shortDescription", {{"text", "The files of an app, as musterd reads them"}}}};
  const Json driver = {{"name", "ctl check"}, {"rules", Json::array({rule})}};
  const Json run = {{"tool", {{"driver", driver}}}, {"results", results}};
  return text_of({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                  {"version", "2.1.0"},
                  {"runs", Json::array({run})}},
                 2) +
         '\n';
}

}  // namespace muster
