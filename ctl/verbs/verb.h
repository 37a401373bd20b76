// What every verb is: options of its own, and a run. And the one table of them, from which help is
// made and in which a verb is found.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ctl/session.h"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace muster {

class Verb {
 public:
  virtual ~Verb() = default;
  // The options fill members, so the verb outlives the parsing.
  virtual void add_options(CLI::App& app) = 0;
  // The exit status: 0, save where another is what the verb is for.
  virtual Outcome<int> run(Session& session) = 0;
};

struct VerbRow {
  std::string_view name, summary;
  std::unique_ptr<Verb> (*make)();
};

std::span<const VerbRow> all_verbs();
const VerbRow* find_verb(std::string_view name);
// The verb that was probably meant, if one is near enough.
const VerbRow* nearest_verb(std::string_view name);
// What `ctl --help` prints.
std::string overview();

// As CLI11's own checks, but in words that say what is right.
CLI::Validator whole_number();
CLI::Validator number_between(double least, double most);

// `--timeout SECONDS` of the verbs that wait.
void add_timeout(CLI::App& app, double& seconds);

}  // namespace muster
