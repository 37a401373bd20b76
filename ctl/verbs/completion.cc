// ctl completion, ctl manual: what an installation puts where shells and man look for it.

#include "ctl/printers/shells.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Completion : public Verb {
 public:
  void add_options(Options& options) override {
    options.text("SHELL", shell_, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
  }

  Outcome<int> run(Session& session) override {
    session.out.write(completion(shell_));
    return status_done;
  }

 private:
  std::string shell_;
};

class Manual : public Verb {
 public:
  void add_options(Options&) override {}

  Outcome<int> run(Session& session) override {
    session.out.write(manual());
    return status_done;
  }
};

}  // namespace

std::unique_ptr<Verb> make_completion() { return std::make_unique<Completion>(); }
std::unique_ptr<Verb> make_manual() { return std::make_unique<Manual>(); }

}  // namespace muster
