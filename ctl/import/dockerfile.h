// The command of the image that a Dockerfile makes: of one of its stages, and of those that this
// one is made from. Reads nothing else. Pure.
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
// `target` names the stage that counts; without one, or where there is none of that name, it is the
// last.
DockerCommand command_of_dockerfile(std::string_view text, std::string_view target = {});

}  // namespace muster
