// ctl run: a one-off command in the app's environment, attached to our terminal or left alone.
#include <fmt/format.h>
#include <cmath>

#include "base/quantity.h"
#include "ctl/local_run.h"
#include "ctl/printers/text.h"
#include "ctl/run_attached.h"
#include "ctl/run_options.h"
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
  void add_options(Options& options) override {
    options.footer(
        "\nctl run [OPTIONS] [--] COMMAND [WORDS...]\n"
        "The first word may be a process type and stands for its command. Attached, the exit\n"
        "status is the command's, or 128 + the signal that ended it. Where no daemon runs for the\n"
        "app of this directory, it runs in the directory itself, with .env and PORT.");
    options.flag("-d,--detach", detach_, "Leave it alone; its output goes to the log");
    options_.add_to(options);
    options.flag("--shared", shared_,
                 "In the app's own directory, not in a copy that is thrown away");
    options.text("--timeout", timeout_, "Stop it when it has run for so long (30s, 5m)")
        .shown_as("TIME");
    options.text("--memory", memory_, "What it may use of memory (512M)").shown_as("SIZE");
    options.text("--disk", disk_, "How much it may change in its copy (1G)").shown_as("SIZE");
    options.number("--cpu", cpu_, "How many processors it may use (0.5)").shown_as("N");
  }

  Outcome<int> run(Session& session) override {
    RunRequest request;
    request.command = options_.command;
    if (!request.command.empty() && request.command.front() == "--")
      request.command.erase(request.command.begin());
    else if (!request.command.empty() && request.command.front().starts_with('-'))
      return failure(ExitCode::usage, fmt::format("'{}' is not an option of run; before a command "
                                                  "with such a name write --",
                                                  request.command.front()));
    if (request.command.empty())
      return failure(ExitCode::usage, "Usage: ctl run [OPTIONS] [--] COMMAND [WORDS...]");
    if (auto added = options_.take_variables(request); !added) return tl::unexpected(added.error());
    if (auto taken = take_limits(request); !taken) return tl::unexpected(taken.error());
    if (is_without_daemon(session)) {
      if (detach_ || timeout_ || memory_ || disk_ || cpu_)
        return failure(ExitCode::no_daemon,
                       "no daemon runs here, and only one can do this; start it with: musterd -d");
      return run_locally(request.command, request.env);
    }
    if (detach_) return detached(session, std::move(request));
    const std::string text = joined(request.command);
    return run_attached(session, std::move(request), !options_.no_tty,
                        fmt::format("Running `{}` attached to terminal...", text));
  }

 private:
  Outcome<void> take_limits(RunRequest& request) const {
    constexpr double least_cpu = 0.01, most_cpu = 10'000;
    request.shared = shared_;
    if (auto taken = take("--timeout", timeout_, parse_duration, request.timeout); !taken)
      return taken;
    if (auto taken = take("--memory", memory_, parse_size, request.memory); !taken) return taken;
    if (auto taken = take("--disk", disk_, parse_size, request.disk); !taken) return taken;
    if (!cpu_) return {};
    if (!(*cpu_ >= least_cpu && *cpu_ <= most_cpu))
      return failure(ExitCode::usage, "--cpu: must be a number of processors such as 0.5 or 2");
    request.cpu = static_cast<uint32_t>(std::lround(*cpu_ * 100));
    return {};
  }

  template <class T>
  static Outcome<void> take(std::string_view option, const std::optional<std::string>& text,
                            Result<T> (*parse)(std::string_view), std::optional<T>& place) {
    if (!text) return {};
    auto value = parse(*text);
    if (value && *value == T{}) value = fail("'{}' is too little, it must be more than 0", *text);
    if (!value) return failure(ExitCode::usage, fmt::format("{}: {}", option, value.message()));
    place = *value;
    return {};
  }

  static Outcome<int> detached(Session& session, RunRequest request) {
    request.detach = true;
    const std::string text = joined(request.command);
    auto reply = ask<RunStartedReply>(session, std::move(request), short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    std::string app = session.app ? " -a " + *session.app : "";
    if (session.host) app += " -H " + *session.host;
    session.out.write(
        fmt::format("Running `{}` detached... up, {}\nUse `ctl logs -p {}{}` to view the output.\n",
                    text, reply->process, reply->process, app));
    return status_done;
  }

  bool detach_ = false, shared_ = false;
  std::optional<std::string> timeout_, memory_, disk_;
  std::optional<double> cpu_;
  RunOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_run() { return std::make_unique<Run>(); }

}  // namespace muster
