// The command of the image that a Dockerfile makes. Reads its last stage and nothing else. Pure.
#pragma once

#include <string>
#include <string_view>

namespace muster {

struct DockerCommand {
  std::string entrypoint, command;  // as a line of shell; empty: not said
  std::string line() const {
    return entrypoint.empty() || command.empty() ? entrypoint + command
                                                 : entrypoint + ' ' + command;
  }
};
DockerCommand command_of_dockerfile(std::string_view text);

}  // namespace muster
