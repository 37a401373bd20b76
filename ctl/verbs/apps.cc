// ctl apps: the daemons of this user on this machine.
#include <fmt/format.h>
#include <unistd.h>

#include "ctl/printers/apps.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// One that is stopped must not keep the others waiting.
constexpr Nanos patience = 1s;

class Apps : public Verb {
 public:
  void add_options(Options& options) override {
    options.flag("--json", json_, "An array of objects instead of the table");
  }

  Outcome<int> run(Session& session) override {
    const uid_t uid = ::geteuid();
    auto names = app_names(uid == 0, uid, environment_variable);
    if (!names) return failure(ExitCode::usage, names.message());
    std::vector<AppRow> rows;
    for (auto& name : *names) {
      auto endpoints = endpoints_of(name, uid == 0, uid, environment_variable);
      if (!endpoints || !daemon_runs(*endpoints)) continue;
      auto& row = rows.emplace_back(AppRow{name, {}});
      auto client = Client::connect(*endpoints, caller_name());
      if (!client) continue;
      auto reply = client->ask(StatusRequest{}, patience);
      if (!reply) continue;
      if (auto* status = std::get_if<StatusReply>(&reply->body)) row.status = std::move(*status);
    }
    session.out.write(json_ ? apps_json(rows) : apps_table(rows));
    return status_done;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_apps() { return std::make_unique<Apps>(); }

}  // namespace muster
