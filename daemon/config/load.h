// An app's files to its model: finds, reads and puts together what the parsers make of each. Reads
// files and nothing else; never blocks on one that is not regular.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "daemon/config/model.h"
#include "proto/endpoints.h"

namespace muster {

inline constexpr const char* settings_file_name = "muster.toml";

struct ModelFiles {
  std::string directory;                // the app's
  std::optional<std::string> procfile;  // used as it is; none: Procfile in the directory
  std::vector<std::string> env_files;   // used as they are, must exist, later ones win; none: .env
                                        // in the directory if it is there
                                        // muster.toml is looked for beside the Procfile
  bool confined = false;  // the directory is a checkout: no link in it leads out of it
  // How long a file of variables that is a pipe may take; none: it is not read.
  Nanos pipe_patience = 5s;
};

struct LoadedModel {
  AppModel model;
  std::vector<Complaint> complaints;
  std::vector<Complaint>
      errors;              // mostly of muster.toml; what stands there is left out of the model
  std::string port_place;  // of the PORT of the .env files, ".env:4"; empty: they have none
  bool has_unread_pipe = false;  // its variables are not known
};

// With its links followed; empty if it is not there.
std::string resolved_directory(const std::string& directory);

// Fails if a file is missing, unreadable, over limits::config_file or has the marks of a merge
// conflict, and if no process type is defined.
Result<LoadedModel> load_model(const ModelFiles& files);

// Fails also if there are errors, with the first of them: for callers that can still refuse.
Result<LoadedModel> load_flawless_model(const ModelFiles& files);

// The part of load_model that touches no file. `name` is what complaints call the text.
struct NamedText {
  std::string name, text;
};
Result<LoadedModel> assemble_model(const NamedText& procfile,
                                   const std::vector<NamedText>& env_files,
                                   const std::optional<NamedText>& settings = {});

// The nearest directory from `directory` upward that has a file called Procfile.
std::optional<std::string> directory_with_procfile(const std::string& directory);

// Where ports begin: the option, else PORT of the .env files, else PORT of the environment, else
// 5000. A PORT that is not a port is an error that names its place.
Result<uint32_t> base_port(std::optional<uint32_t> option, const Environment& env,
                           const GetEnv& environment);

}  // namespace muster
