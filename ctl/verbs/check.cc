// ctl check: reads an app's files as the daemon would, says what it makes of them, and what of it
// this machine does not have. Needs no daemon.
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include "base/json.h"
#include "ctl/doubts.h"
#include "ctl/printers/complaints.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/load.h"
#include "daemon/edge/launch/ability.h"

namespace muster {
namespace {

Json texts_of(const std::vector<Complaint>& complaints) {
  Json texts = Json::array();
  for (auto& complaint : complaints) texts.push_back(complaint.text());
  return texts;
}

std::string json_text(const LoadedModel& loaded) {
  Json types = Json::array(), env = Json::object();
  for (auto& type : loaded.model.types)
    types.push_back({{"name", type.name}, {"command", type.command}});
  for (auto& [name, value] : loaded.model.env) env[name] = value;
  return text_of({{"types", types},
                  {"env", env},
                  {"warnings", texts_of(loaded.complaints)},
                  {"errors", texts_of(loaded.errors)}},
                 2) +
         "\n";
}

std::string plain_text(const AppModel& model) {
  std::string names;
  for (auto& type : model.types) names += (names.empty() ? "" : ", ") + type.name;
  return fmt::format("valid procfile detected ({})\n", names);
}

constexpr Nanos daemon_patience = 2s;

// The settings that a daemon of this user cannot keep, and refuses to reload to. A daemon that runs
// may have been started elsewhere, and knows better whether it has cgroups.
std::vector<Complaint> impossible_here(const AppModel& model, const Session& session) {
  std::vector<Complaint> impossible;
  const WhyNoQuotas why_no_quotas = [&](const Quotas& quotas) -> std::optional<std::string> {
    auto reason = why_no_quotas_here(quotas);
    if (!reason) return {};
    const auto status = ask<StatusReply>(session, StatusRequest{}, daemon_patience);
    return status && !status->cgroup.empty() ? std::nullopt : reason;
  };
  const auto look_at = [&](std::string_view table, Surroundings wanted) {
    const auto& [user, group] = wanted.account;
    const bool is_missing = (!is_number(user) && !getpwnam(user.c_str())) ||
                            (!is_number(group) && !getgrnam(group.c_str()));
    if (is_missing) wanted.account = {};  // told already
    if (auto reason = why_no_start(wanted, Surroundings(), why_no_quotas))
      impossible.push_back({settings_file_name, 0, fmt::format("[{}] {}", table, *reason)});
  };
  for (auto& type : model.types) look_at(type.name, type.settings.surroundings);
  look_at(one_offs_table, model.one_offs.surroundings);
  return impossible;
}

class Check : public Verb {
 public:
  void add_options(Options& options) override {
    options.text("-f,--procfile", procfile_, "Another Procfile than the nearest one upward")
        .shown_as("FILE");
    options.texts("-e,--env", env_files_, "A .env file; may be given again, later ones win")
        .shown_as("FILE");
    options.flag("--strict", strict_, "Warnings are errors, too");
    auto json = options.flag("--json", json_, "What was read, as an object");
    options.text("--format", format_, "How the complaints are written")
        .one_of({"text", "github", "sarif"})
        .shown_as("text|github|sarif")
        .excludes(json);
  }

  Outcome<int> run(Session& session) override {
    const std::string directory = directory_with_procfile(".").value_or(".");
    auto loaded = load_model({directory, procfile_, env_files_});
    if (!loaded) return failure(ExitCode::no, loaded.message());
    for (auto& complaint : doubts_here(loaded->model, directory))
      loaded->complaints.push_back(complaint);
    for (auto& complaint : impossible_here(loaded->model, session))
      loaded->complaints.push_back(complaint);
    const bool refused = !loaded->errors.empty() || (strict_ && !loaded->complaints.empty());

    if (format_ != "text") {
      FileComplaints findings{loaded->complaints, loaded->errors};
      findings.warnings_are_errors = strict_;
      session.out.write(format_ == "github" ? github_text(findings) : sarif_text(findings));
      return refused ? static_cast<int>(ExitCode::no) : status_done;
    }
    if (!json_) {
      Output err(STDERR_FILENO);
      say(err, strict_ ? "error" : "warning", loaded->complaints);
      say(err, "error", loaded->errors);
      err.flush();
    }
    if (json_)
      session.out.write(json_text(*loaded));
    else if (!refused)
      session.out.write(plain_text(loaded->model));
    return refused ? static_cast<int>(ExitCode::no) : status_done;
  }

 private:
  static void say(Output& err, std::string_view what, const std::vector<Complaint>& complaints) {
    for (auto& complaint : complaints)
      err.write(fmt::format("{}: {}\n", what, terminal_safe(complaint.text())));
  }

  std::optional<std::string> procfile_;
  std::string format_ = "text";
  std::vector<std::string> env_files_;
  bool strict_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_check() { return std::make_unique<Check>(); }

}  // namespace muster
