// A verb: options of its own, and a run. And the one table of them, from which help is made and in
// which a verb is found.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/options.h"
#include "ctl/session.h"

namespace muster {

class Verb {
 public:
  virtual ~Verb() = default;
  // The options fill members, so the verb outlives the parsing.
  virtual void add_options(Options& options) = 0;
  // The exit status: 0, save where another is what the verb is for.
  virtual Outcome<int> run(Session& session) = 0;
};

// How a verb reaches the app of another machine.
enum class Afar : uint8_t {
  asked,           // by the requests and the bus of its daemon
  asked_or_there,  // the same; where no daemon runs, by the ctl over there
  there,           // by the ctl over there
  not_from_afar,   // it works on files of this machine: a host that is named is refused
  no_matter,       // it has nothing to do with machines
};

struct VerbRow {
  std::string_view name, summary;
  std::string_view group;    // the heading under which the help has it
  std::string_view example;  // a whole command line
  std::unique_ptr<Verb> (*make)();
  Afar afar = Afar::asked;
  bool is_of_all_apps = false;
};

// The head of what `ctl VERB --help` prints; the verb adds its options.
Options head_of(const VerbRow& row);

std::span<const VerbRow> all_verbs();
const VerbRow* find_verb(std::string_view name);
// Whether processes end by it: such a verb is never guessed.
bool ends_things(const VerbRow& row);
// The verb that was probably meant, if one is near enough.
const VerbRow* nearest_verb(std::string_view name);
// The text that `ctl --help` prints.
std::string overview();

// `--timeout SECONDS` of the verbs that wait.
void add_timeout(Options& options, double& seconds);

}  // namespace muster
