// ctl run: a one-off command in the app's environment, attached to our terminal or left alone.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ctl/attached_run.h"
#include "ctl/printers/text.h"
#include "ctl/raw_terminal.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (auto& word : words) text += (text.empty() ? "" : " ") + word;
  return terminal_safe(text);
}

class Run : public Verb {
 public:
  void add_options(CLI::App& app) override {
    app_ = &app;
    app.footer(
        "\nctl run [OPTIONS] [--] COMMAND [WORDS...]\n"
        "The first word may be a process type and stands for its command. Attached, the exit\n"
        "status is the command's, or 128 + the signal that ended it.");
    app.add_flag("-d,--detach", detach_, "Leave it alone; its output goes to the log");
    app.add_option("-e,--env", variables_, "For its environment; may be given again")
        ->allow_extra_args(false)
        ->option_text("K=V");
    app.add_flag("--no-tty", no_tty_, "No terminal for it, though we have one");
    // From the first word that is no option on, everything is the command's.
    app.prefix_command();
  }

  Outcome<int> run(Session& session) override {
    RunRequest request;
    request.command = app_->remaining();
    if (!request.command.empty() && request.command.front() == "--")
      request.command.erase(request.command.begin());
    else if (!request.command.empty() && request.command.front().starts_with('-'))
      return failure(ExitCode::usage, fmt::format("'{}' is not an option of run; before a command "
                                                  "with such a name write --",
                                                  request.command.front()));
    if (request.command.empty())
      return failure(ExitCode::usage,
                     "Usage: ctl run [-d] [--no-tty] [-e K=V]... [--] COMMAND [WORDS...]");
    for (auto& variable : variables_) {
      const size_t equals = variable.find('=');
      if (equals == 0 || equals == variable.npos)
        return failure(ExitCode::usage, fmt::format("-e '{}' is not of the form K=V", variable));
      request.env[variable.substr(0, equals)] = variable.substr(equals + 1);
    }
    if (!detach_ && !no_tty_ && RawTerminal::is_ours()) {
      request.terminal = RawTerminal::size();
      if (auto term = environment_variable("TERM")) request.env.emplace("TERM", *term);
    }
    return detach_ ? detached(session, std::move(request)) : attached(session, std::move(request));
  }

 private:
  static Outcome<int> detached(Session& session, RunRequest request) {
    request.detach = true;
    const std::string text = joined(request.command);
    auto reply = ask<RunStartedReply>(session, std::move(request), short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    const std::string app = session.app ? " -a " + *session.app : "";
    session.out.write(
        fmt::format("Running `{}` detached... up, {}\nUse `ctl logs -p {}{}` to view the output.\n",
                    text, reply->process, reply->process, app));
    return status_done;
  }

  static Outcome<int> attached(const Session& session, RunRequest request) {
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    auto client = Client::connect(*endpoints, caller_name());
    if (!client) return tl::unexpected(failure_of(client.error()));
    AttachedRun run(*client,
                    fmt::format("Running `{}` attached to terminal...", joined(request.command)));
    return run.run(std::move(request));
  }

  CLI::App* app_ = nullptr;
  bool detach_ = false, no_tty_ = false;
  std::vector<std::string> variables_;
};

}  // namespace

std::unique_ptr<Verb> make_run() { return std::make_unique<Run>(); }

}  // namespace muster
