// ctl exec: a command, or a shell, in the midst of a running process: with its environment, its
// user and, where it is isolated, its view of the files and its processes.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ctl/attached_run.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Exec : public Verb {
 public:
  void add_options(CLI::App& app) override {
    app_ = &app;
    app.footer(
        "\nctl exec [OPTIONS] NAME [COMMAND [WORDS...]]\n"
        "Without a command a shell. The exit status is the command's, or 128 + the signal that\n"
        "ended it.");
    app.add_option("-e,--env", variables_, "For its environment; may be given again")
        ->allow_extra_args(false)
        ->option_text("K=V");
    app.add_flag("--no-tty", no_tty_, "No terminal for it, though we have one");
    app.prefix_command();
  }

  Outcome<int> run(Session& session) override {
    std::vector<std::string> words = app_->remaining();
    if (words.empty() || words.front().starts_with('-'))
      return failure(ExitCode::usage, "Usage: ctl exec [OPTIONS] NAME [COMMAND [WORDS...]]");
    RunRequest request;
    request.inside = words.front();
    words.erase(words.begin());
    if (!words.empty() && words.front() == "--") words.erase(words.begin());
    request.command = words.empty() ? std::vector<std::string>{"sh"} : std::move(words);
    if (auto added = add_variables(variables_, request); !added)
      return tl::unexpected(added.error());
    const std::string text = terminal_safe(request.command.front()), where = request.inside;
    return run_attached(session, std::move(request), !no_tty_,
                        fmt::format("Running `{}` in {}...", text, terminal_safe(where)));
  }

 private:
  CLI::App* app_ = nullptr;
  bool no_tty_ = false;
  std::vector<std::string> variables_;
};

}  // namespace

std::unique_ptr<Verb> make_exec() { return std::make_unique<Exec>(); }

}  // namespace muster
