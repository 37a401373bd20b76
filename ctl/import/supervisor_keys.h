// The keys of a program in supervisord.conf that are one key of muster.toml, or none. Pure.
#pragma once

#include <optional>
#include <string>

#include "ctl/import/ini.h"

namespace muster {

struct SupervisorKey {
  std::string key, value;  // of muster.toml; empty: it has none
  std::string note;        // why it could not be carried over; empty: nothing is lost
};
SupervisorKey read_program_key(const IniSection& program, const IniEntry& entry);

// For a key of [supervisord] itself, and for a section that is not one of programs.
std::optional<std::string> note_of_daemon_key(const IniEntry& entry);
std::optional<std::string> note_of_section(const std::string& name);

bool is_false(const std::string& value);

}  // namespace muster
