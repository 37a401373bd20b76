// ctl exec: a command, or a shell, in the midst of a running process: with its environment, its
// user and, where it is isolated, its view of the files and its processes.
#include <fmt/format.h>

#include "ctl/printers/text.h"
#include "ctl/run_attached.h"
#include "ctl/run_options.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Exec : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nctl exec [OPTIONS] NAME [COMMAND [WORDS...]]\n"
        "Without a command a shell. The exit status is the command's, or 128 + the signal that\n"
        "ended it.");
    options_.add_to(options);
  }

  Outcome<int> run(Session& session) override {
    std::vector<std::string> words = options_.command;
    if (words.empty() || words.front().starts_with('-'))
      return failure(ExitCode::usage, "Usage: ctl exec [OPTIONS] NAME [COMMAND [WORDS...]]");
    RunRequest request;
    request.inside = words.front();
    words.erase(words.begin());
    if (!words.empty() && words.front() == "--") words.erase(words.begin());
    request.command = words.empty() ? std::vector<std::string>{"sh"} : std::move(words);
    if (auto added = options_.take_variables(request); !added) return tl::unexpected(added.error());
    const std::string text = terminal_safe(request.command.front()), where = request.inside;
    return run_attached(session, std::move(request), !options_.no_tty,
                        fmt::format("Running `{}` in {}...", text, terminal_safe(where)));
  }

 private:
  RunOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_exec() { return std::make_unique<Exec>(); }

}  // namespace muster
