// See converters.h. Here: the one table of the formats, and the guess.
#include <algorithm>
#include <array>

#include "ctl/import/converters.h"

namespace muster {
namespace {

constexpr ImportFormat formats[] = {
    {"supervisor", "supervisord.conf, or what foreman exports for it", import_supervisor},
    {"compose", "compose.yaml of docker", import_compose},
    {"process-compose", "process-compose.yaml", import_process_compose},
    {"pm2", "pm2's ecosystem file: JSON, YAML, a .js with --trust", import_pm2},
    {"foreman", "APP.target of the units of systemd that foreman exports", import_foreman},
};

struct Sign {
  std::string_view of_name, format;
};
// The first that stands in the name of the file.
constexpr Sign signs_of_name[] = {{"supervisor", "supervisor"},
                                  {"process-compose", "process-compose"},
                                  {"compose", "compose"},
                                  {"ecosystem", "pm2"},
                                  {"pm2", "pm2"}};

bool has_line(std::string_view text, std::string_view begin) {
  for (size_t at = text.find(begin); at != text.npos; at = text.find(begin, at + 1))
    if (at == 0 || text[at - 1] == '\n') return true;
  return false;
}

}  // namespace

std::span<const ImportFormat> import_formats() { return formats; }

const ImportFormat* find_import_format(std::string_view name) {
  for (auto& format : formats)
    if (format.name == name) return &format;
  return nullptr;
}

const ImportFormat* guess_import_format(std::string_view file, std::string_view text) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  if (name.ends_with(".target")) return find_import_format("foreman");
  for (auto& sign : signs_of_name)
    if (name.find(sign.of_name) != name.npos) return find_import_format(sign.format);
  if (has_line(text, "[program:") || has_line(text, "[supervisord]"))
    return find_import_format("supervisor");
  if (has_line(text, "services:")) return find_import_format("compose");
  if (has_line(text, "processes:")) return find_import_format("process-compose");
  if (has_line(text, "apps:") || text.find("\"apps\"") != text.npos)
    return find_import_format("pm2");
  return nullptr;
}

}  // namespace muster
