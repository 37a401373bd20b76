// An app as the file of another supervisor describes it, in terms of this one: plain values, and
// what of the file could not be carried over. Knows none of those files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/config/model.h"

namespace muster {

// A file to be read, and how those are reached that it names. The converters read nothing else.
struct ImportSource {
  std::string file;  // as messages call it
  std::string text;
  std::string directory;  // where it is, absolute
  // The environment in which it would be read.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
  // The files that a pattern matches, from the file's directory on.
  struct Found {
    std::string file, text;
  };
  std::function<std::vector<Found>(const std::string& pattern)> files = {};
};

struct ImportedType {
  std::string name, command;  // the command as a line of a Procfile has it
  uint32_t count = 1;
  std::map<std::string, std::string> settings = {};  // a key of muster.toml, its value as written
  Environment env = {};
  bool gets_port = false;    // PORT was given to it as muster does
  bool is_of_words = false;  // its command is one program and its words
};

class Imported {
 public:
  // A key that muster.toml does not take with this value is noted instead.
  void set(ImportedType& type, const std::string& key, const std::string& value, uint32_t line);
  void note(uint32_t line, std::string message);
  void note_of(const std::string& type, uint32_t line, const std::string& message);
  // A name as a Procfile takes it, unlike those that are there.
  std::string free_name(const std::string& wanted, uint32_t line);

  // The variables that stand before the commands: PORT, and such as have marks (shell_text.h).
  void put_before_commands();

  std::string file;  // that the lines of notes are of
  std::vector<ImportedType> types;
  Environment env;                     // of all types
  std::vector<std::string> commented;  // lines of the Procfile that a person must finish
  std::vector<Complaint> notes;
};

// The files of the app, and the line that makes its formation.
struct WrittenApp {
  std::string procfile, env, settings;  // empty: there is none
  std::string formation;
  bool settings_are_secret = false;  // variables stand there
};
// An .env that is there already stays, and the variables of all are in the settings then. An
// error only if no type is left.
Result<WrittenApp> written(Imported& imported, bool has_env_file);

// A value of muster.toml.
std::string toml_text(std::string_view text);
std::string toml_seconds(double seconds);

}  // namespace muster
