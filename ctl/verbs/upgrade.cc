// ctl upgrade: the daemon's programs are replaced by those that are installed now; processes and
// lines are untouched. Comes back when the new supervisor answers. With --all each daemon has a
// program of its own, so that a daemon that fails holds no other one up.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <thread>

#include "ctl/deploy/program.h"
#include "ctl/verbs/verbs.h"
#include "proto/neighbours.h"

namespace muster {
namespace {

// The old daemon does not tell when the new one is ready; this often is not felt.
constexpr auto ask_again = 10ms;
constexpr Nanos answer_patience = 3s;

class Upgrade : public Verb {
 public:
  void add_options(Options& options) override {
    add_timeout(options, seconds_);
    options.flag("--all", all_, "All apps of this user that run; of root, those of all users");
  }

  Outcome<int> run(Session& session) override {
    if (all_ && session.app) return failure(ExitCode::usage, "--all means every app, -a one");
    return all_ ? upgrade_all(session) : upgrade_one(session);
  }

 private:
  Outcome<int> upgrade_one(const Session& session) const {
    const MonoTime deadline = read_clocks().mono + nanos_of(seconds_);
    auto before = ask<StatusReply>(session, StatusRequest{}, short_timeout);
    if (!before) return tl::unexpected(before.error());
    session.out.write("Upgrading... ");
    session.out.flush();
    auto after = replace(session, *before, deadline);
    session.out.write(after ? "done\n" : "failed\n");
    if (!after) return tl::unexpected(after.error());
    session.out.write(fmt::format("musterd {} -> {}\n", before->version, after->version));
    return status_done;
  }

  // The old one may be gone before its answer is read: then the new one answers for it.
  Outcome<StatusReply> replace(const Session& session, const StatusReply& before,
                               MonoTime deadline) const {
    auto reply = ask<DoneReply>(session, UpgradeRequest{}, answer_patience);
    if (!reply && reply.error().code == ExitCode::no) return tl::unexpected(reply.error());
    while (read_clocks().mono < deadline) {
      auto now = ask<StatusReply>(session, StatusRequest{}, short_timeout);
      if (now && now->supervisor_pid != before.supervisor_pid) return std::move(*now);
      std::this_thread::sleep_for(ask_again);
    }
    return failure(ExitCode::timeout, "the new supervisor does not answer; look at: ctl status");
  }

  Outcome<int> upgrade_all(Session& session) const {
    const AppOwner owner = app_owner();
    size_t failed = 0;
    if (owner.is_root && !environment_variable("MUSTER_HOME"))
      for (auto& neighbour : neighbours())
        failed += !upgrade_by_program(session, neighbour.app, &neighbour);
    auto names = app_names(owner.is_root, owner.uid, owner.env);
    if (!names) return failure(ExitCode::usage, names.message());
    for (auto& name : *names) {
      auto endpoints = endpoints_of(name, owner.is_root, owner.uid, owner.env);
      if (endpoints && daemon_runs(*endpoints))
        failed += !upgrade_by_program(session, name, nullptr);
    }
    if (failed > 0)
      return failure(ExitCode::no,
                     fmt::format("not upgraded: {}; such an app goes on as it was", failed));
    return status_done;
  }

  // A process that has become another user does not come back.
  bool upgrade_by_program(Session& session, const std::string& app,
                          const Neighbour* neighbour) const {
    session.out.write(neighbour ? fmt::format("{} of {}: ", app, neighbour->user) : app + ": ");
    session.out.flush();
    std::vector<std::string> words{
        own_program_directory() + "/ctl", "-a", app, "upgrade", "--timeout",
        fmt::format("{}", seconds_)};
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      if (!neighbour || become(*neighbour)) ::execv(argv[0], argv.data());
      ::_exit(static_cast<int>(ExitCode::no));
    }
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
  }

  double seconds_ = wait_seconds;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_upgrade() { return std::make_unique<Upgrade>(); }

}  // namespace muster
