// A value of JSON as YAML that people read: maps and lists are indented, texts stand in quotes.
// Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace muster {

using ExportValue = nlohmann::ordered_json;
std::string yaml_text(const ExportValue& value, size_t indent = 0);

}  // namespace muster
