// See deploy.h.
#include "ctl/deploy/deploy.h"

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>

#include "ctl/deploy/build_hint.h"
#include "ctl/deploy/program.h"
#include "ctl/doubts.h"
#include "ctl/printers/text.h"
#include "daemon/config/formation.h"
#include "daemon/config/load.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr size_t code_length = 12, short_commit = 7;
// The time that a daemon may take to start, and to keep a release behind others.
constexpr Nanos answer_time = 60s;
// The app's own release process may take long.
constexpr Nanos release_time = 6h;
// A formation of many processes comes up one after the other; then the daemon goes on without us.
constexpr Nanos come_up_time = 30min;
constexpr auto look_again_pause = 100ms;

// All that is printed stands below the arrows.
class Indented {
 public:
  explicit Indented(Output& out) : out_(out) {}
  void write(std::string_view text) {
    for (char c : text) {
      if (at_begin_) out_.write("       ");
      out_.write({&c, 1});
      at_begin_ = c == '\n';
    }
    out_.flush();
  }
  void end() {
    if (!at_begin_) write("\n");
  }

 private:
  Output& out_;
  bool at_begin_ = true;
};

}  // namespace

Deploy::Deploy(Session& session, Endpoints endpoints, std::string commit)
    : session_(session), endpoints_(std::move(endpoints)), commit_(std::move(commit)) {}

void Deploy::say(std::string_view text) {
  session_.out.write(text);
  session_.out.flush();
}

// Below the arrow of the step that it belongs to.
void Deploy::say_line(std::string_view text) { say(fmt::format("       {}\n", text)); }

Outcome<int> Deploy::run() {
  say("-----> Muster receiving push\n");
  Outcome<> outcome = check_out();
  if (outcome) outcome = build();
  if (outcome) outcome = discover();
  const bool ready = outcome.has_value();
  if (outcome) outcome = launch();
  if (!ready) {
    std::error_code error;
    fs::remove_all(place(), error);
  }
  if (ready) prune();
  if (!outcome && started_daemon_) (void)ask<DoneReply>(session_, ShutdownRequest{}, answer_time);
  if (outcome) return status_done;
  Failure failed = outcome.error();
  // A release that is still coming up is told of already.
  if (failed.code != ExitCode::timeout)
    failed.message += '\n' + what_runs_now(session_, endpoints_.app, came_);
  return tl::unexpected(std::move(failed));
}

// The index that git keeps of the checkout is of no use afterwards.
Outcome<> Deploy::check_out() {
  const std::string base = commit_.substr(0, code_length);
  code_ = base;
  std::error_code error;
  fs::create_directories(endpoints_.checkouts_dir(), error);
  for (int copy = 2; fs::exists(place(), error); copy++) code_ = fmt::format("{}-{}", base, copy);
  if (!fs::create_directory(place(), error))
    return failure(ExitCode::no, fmt::format("{}: {}", place(), error.message()));
  const std::string index = place() + ".index";
  Program git{
      {"git", "--work-tree=" + place(), "checkout", "--quiet", "--force", commit_, "--", "."}, {}};
  git.environment["GIT_INDEX_FILE"] = index;
  auto checked_out = output_of(git);
  fs::remove(index, error);
  if (!checked_out) return failure(ExitCode::no, checked_out.message());
  return {};
}

// With the config vars that it will run with, as far as they are known yet.
Outcome<> Deploy::build() {
  const std::string program = build_program(place());
  if (auto doubt = doubt_about_build(place()); !doubt.empty()) say_line("Warning: " + doubt);
  if (program.empty()) return {};
  say("-----> Building\n");
  Indented shown(session_.out);
  Program build{{program}, place(), environment_without_git()};
  if (auto config = ask<ConfigReply>(session_, ConfigRequest{}, short_timeout))
    for (auto& [name, value] : config->vars) build.environment[name] = value;
  build.on_output = [&](std::string_view text) { shown.write(text); };
  auto status = run_program(build);
  shown.end();
  if (!status) return failure(ExitCode::no, "bin/build: " + status.message());
  if (*status != 0)
    return failure(ExitCode::no, fmt::format("bin/build failed with status {}", *status));
  return {};
}

Outcome<> Deploy::discover() {
  say("-----> Discovering process types\n");
  auto loaded = load_model({place(), {}, {}, true});
  if (!loaded) return failure(ExitCode::no, loaded.message());
  for (auto& doubt : doubts_here(loaded->model, place())) loaded->complaints.push_back(doubt);
  for (auto& complaint : loaded->complaints)
    say_line("Warning: " + terminal_safe(complaint.text()));
  for (auto& [name, value] : loaded->model.env)
    if (name == "PORT" && !value.empty())
      say_line(terminal_safe(fmt::format("PORT={} is from {}", value, loaded->port_place)));
  std::string errors;
  for (auto& error : loaded->errors) errors += (errors.empty() ? "" : "\n") + error.text();
  if (!errors.empty()) return failure(ExitCode::no, errors);
  std::vector<std::string> names;
  for (auto& type : loaded->model.types) {
    names.push_back(type.name);
    if (scalability(type).most > 0) scalable_.push_back(type.name);
  }
  std::sort(names.begin(), names.end());
  say_line(fmt::format("Procfile declares types -> {}", fmt::join(names, ", ")));
  return {};
}

Outcome<> Deploy::launch() {
  say("-----> Launching\n");
  Outcome<> outcome = start_daemon();
  uint64_t version = 0;
  if (outcome) {
    ReleaseLog log(endpoints_, [this](std::string_view line) { say_line(line); });
    auto released = release(log);
    if (released) version = *released;
    outcome = released ? see_it_come_up(version, log) : tl::unexpected(released.error());
  }
  if (!outcome) {
    say("-----> Launching... failed\n");
    return outcome;
  }
  say(fmt::format("-----> Launching... done, v{}\n", version));
  say_line(what_is_wished());
  return outcome;
}

// Its first formation is that of a first deploy, which is the daemon's business: until then it runs
// nothing.
Outcome<> Deploy::start_daemon() {
  if (daemon_runs(endpoints_)) return {};
  Program musterd{{own_program_directory() + "/musterd", "-d", "--app", endpoints_.app},
                  "/",
                  environment_without_git()};
  std::error_code error;
  if (!fs::exists(endpoints_.formation_file(), error))
    musterd.argv.insert(musterd.argv.end(), {"-m", "all=0"});
  musterd.argv.push_back(place());
  auto started = output_of(musterd);
  if (!started) return failure(ExitCode::no, started.message());
  started_daemon_ = true;
  return {};
}

Outcome<uint64_t> Deploy::release(ReleaseLog& log) {
  const DeployRequest wanted{code_, commit_.substr(0, short_commit)};
  const Pulse pulse = [&] {
    log.look(0s);
    return true;
  };
  auto released = expected_reply<ReleasedReply>(ask_any(session_, wanted, release_time, pulse));
  log.look(0s);
  if (released) return released->version;
  Failure failed = released.error();
  const bool was_tried = failed.message.starts_with("Release v");
  const auto lines = was_tried ? log.lines_blamed_by(failed.message) : std::vector<std::string>();
  if (auto advice = build_hint(place(), failed.message, lines); !advice.empty())
    failed.message += '\n' + advice;
  return tl::unexpected(std::move(failed));
}

Outcome<> Deploy::see_it_come_up(uint64_t version, ReleaseLog& log) {
  const MonoTime deadline = read_clocks().mono + come_up_time;
  log.is_made();
  for (;;) {
    auto known = ask<ReleasesReply>(session_, ReleasesRequest{}, answer_time);
    if (!known) return tl::unexpected(known.error());
    const ReleaseRow* row = nullptr;
    for (auto& candidate : known->releases)
      if (candidate.version == version) row = &candidate;
    if (row && row->state == "failed") return tl::unexpected(did_not_come_up(*row, log));
    if (!row || row->state.empty()) {
      log.look(0s);
      return {};
    }
    if (read_clocks().mono >= deadline)
      return failure(ExitCode::timeout, fmt::format("v{} is still coming up; look at: ctl ps -a {}",
                                                    version, endpoints_.app));
    log.look_for(look_again_pause);
  }
}

// With what its process printed last, which is why.
Failure Deploy::did_not_come_up(const ReleaseRow& row, ReleaseLog& log) {
  came_ = Came::and_went;
  const std::string process = row.failure.substr(0, row.failure.find(' '));
  const auto lines = log.lines_blamed_by(fmt::format("Release v{} did not come up", row.version));
  if (lines.empty())
    say_line(fmt::format("{} has printed nothing", process));
  else
    say_line(fmt::format("The last lines of {}:", process));
  for (auto& line : lines) say_line("  " + line);
  std::string text = fmt::format("v{} did not come up: {}", row.version, row.failure);
  if (auto advice = build_hint(place(), row.failure, lines); !advice.empty()) text += '\n' + advice;
  text += fmt::format("\nSee: ctl logs -a {} -p {}", endpoints_.app, process);
  return {ExitCode::no, std::move(text)};
}

// A first push runs `web` alone, so an app that calls it otherwise runs nothing yet.
std::string Deploy::what_is_wished() const {
  auto reply = ask<ScaleReply>(session_, ScaleRequest{}, short_timeout);
  if (!reply) return fmt::format("{} runs ?", endpoints_.app);
  std::string some;
  for (auto& [type, count] : reply->formation) {
    if (count > 0)
      return fmt::format("{} runs {}", endpoints_.app, format_formation(reply->formation));
    if (some.empty() && std::find(scalable_.begin(), scalable_.end(), type) != scalable_.end())
      some = type;
  }
  if (some.empty()) return fmt::format("Nothing of {} runs", endpoints_.app);
  return fmt::format("Nothing of {0} runs yet: ctl scale {1}=1 -a {0}", endpoints_.app, some);
}

// Only this push adds or removes checkouts: pushes take turns.
void Deploy::prune() const {
  auto known = ask<ReleasesReply>(session_, ReleasesRequest{}, short_timeout);
  if (!known) return;
  std::vector<std::string> kept{code_};
  for (auto row = known->releases.rbegin(); row != known->releases.rend(); ++row)
    if (!row->code.empty() && std::find(kept.begin(), kept.end(), row->code) == kept.end() &&
        kept.size() < kept_checkouts)
      kept.push_back(row->code);
  std::error_code error;
  for (auto& entry : fs::directory_iterator(endpoints_.checkouts_dir(), error))
    if (std::find(kept.begin(), kept.end(), entry.path().filename()) == kept.end())
      fs::remove_all(entry.path(), error);
}

}  // namespace muster
