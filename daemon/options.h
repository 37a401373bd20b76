// musterd's command line as a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/colour.h"
#include "base/time.h"
#include "router/journal/options.h"

namespace muster {

struct DaemonOptions {
  std::string directory = ".";
  bool background = false;
  std::optional<std::string> app;
  std::optional<std::string> procfile;
  std::vector<std::string> env_files;
  std::optional<std::string> formation;
  std::optional<uint32_t> base_port;
  Nanos stop_grace = 10s;
  journal::Options journal;
  ColourWish color = ColourWish::automatic;
  bool timestamp = true;
  bool json = false;                   // the lines, each as an object
  std::optional<std::string> exit_on;  // a process type
};

// Either options, or the exit status of a run that ends here (--help, --version: 0; wrong usage:
// 2), its text printed.
struct ParsedOptions {
  std::optional<DaemonOptions> options;
  int exit_status = 0;
};
ParsedOptions parse_options(int argc, char** argv);
// The text that `musterd --help` prints.
std::string daemon_help();

}  // namespace muster
