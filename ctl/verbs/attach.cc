// ctl attach: our terminal for that of a process that has one, until we let go of it.
#include <fmt/format.h>

#include "ctl/run_attached.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class AttachVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nOf a type with `tty = true` in muster.toml. Its output is logged all the same. Ctrl-P\n"
        "Ctrl-Q lets go of it, and it goes on. If it ends, the exit status is the one it had.");
    options.text("NAME", name_, "A process (web.1)").required();
  }

  Outcome<int> run(Session& session) override { return attach_to(session, name_); }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Verb> make_attach() { return std::make_unique<AttachVerb>(); }

}  // namespace muster
