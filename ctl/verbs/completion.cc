// ctl completion, ctl manual: what an installation puts where shells and man look for it. With
// words behind the shell's name, completion says what may stand in the place of the last of them.
#include <fmt/format.h>

#include "ctl/candidates.h"
#include "ctl/printers/manual.h"
#include "ctl/printers/schema.h"
#include "ctl/printers/shells.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Completion : public Verb {
 public:
  void add_options(Options& options) override {
    options.text("SHELL", shell_, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
    options.texts("WORD", words_, "A line that has been begun: what may be its last word");
  }

  Outcome<int> run(Session& session) override {
    if (words_.empty()) {
      session.out.write(completion(shell_));
      return status_done;
    }
    // As the shells hand it over: behind `ctl`.
    for (auto& candidate : candidates(words_))
      session.out.write(candidate.description.empty()
                            ? candidate.word + "\n"
                            : fmt::format("{}\t{}\n", candidate.word, candidate.description));
    return status_done;
  }

 private:
  std::string shell_;
  std::vector<std::string> words_;
};

class Manual : public Verb {
 public:
  void add_options(Options& options) override {
    options
        .text("PAGE", page_,
              "ctl, the page of this program, muster.toml, muster-journal, or schema, the JSON "
              "Schema of muster.toml")
        .one_of({"ctl", "muster.toml", "muster-journal", "schema"});
  }

  Outcome<int> run(Session& session) override {
    session.out.write(page_ == "ctl"              ? manual_of_ctl()
                      : page_ == "schema"         ? schema_of_settings()
                      : page_ == "muster-journal" ? manual_of_journal()
                                                  : manual_of_settings());
    return status_done;
  }

 private:
  std::string page_ = "ctl";
};

}  // namespace

std::unique_ptr<Verb> make_completion() { return std::make_unique<Completion>(); }
std::unique_ptr<Verb> make_manual() { return std::make_unique<Manual>(); }

}  // namespace muster
