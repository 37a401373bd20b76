// An app of ours in the files of another system: plain objects with nothing of muster inside, and
// notes for what those cannot say. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "daemon/config/model.h"

namespace muster {

struct ExportApp {
  std::string name, directory;  // the directory with its links followed
  AppModel model;
  Environment config;                         // the config vars, which win over .env
  std::map<std::string, uint32_t> formation;  // of a type that is not there: 1
  std::map<std::string, std::string> crons;   // the five fields, by type
  uint32_t port = 5000;                       // where ports begin
  uint32_t count_of(const ProcessType& type) const;
  uint32_t port_of(const ProcessType& type, uint32_t number) const;
  // The variables of .env, the config vars and the type's own.
  Environment env_of(const ProcessType& type) const;
  // The directory that it runs in.
  std::string directory_of(const ProcessType& type) const;
};

struct ExportedFile {
  std::string name, text;
  bool is_secret = false;
};
struct Exported {
  std::vector<ExportedFile> files;
  std::vector<std::string> notes;  // "web: health: ..."
  std::string hint;                // how it is put in place
};

Exported export_systemd(const ExportApp& app);
Exported export_compose(const ExportApp& app);
Exported export_kubernetes(const ExportApp& app);
Exported export_nomad(const ExportApp& app);

struct ExportFormat {
  std::string_view name, what;
  Exported (*convert)(const ExportApp&);
};
std::span<const ExportFormat> export_formats();

// A note per key that is said of the type and is none of `known`.
void note_other_keys(Exported& exported, const ProcessType& type,
                     std::span<const std::string_view> known);
bool is_one_off(const ProcessType& type);  // release, or one with a cron
// The command, as the words of an exec.
std::vector<std::string> shell_words(const ProcessType& type);

}  // namespace muster
