// ctl check: reads an app's files as the daemon would, and says what it makes of them. Needs no
// daemon.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ctl/printers/json.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/load.h"

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

class Check : public Verb {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("-f,--procfile", procfile_, "Another Procfile than the nearest one upward")
        ->option_text("FILE");
    app.add_option("-e,--env", env_files_, "A .env file; may be given again, later ones win")
        ->allow_extra_args(false)
        ->option_text("FILE");
    app.add_flag("--strict", strict_, "Warnings are errors, too");
    app.add_flag("--json", json_, "What was read, as an object");
  }

  Outcome<int> run(Session& session) override {
    const std::string directory = directory_with_procfile(".").value_or(".");
    auto loaded = load_model({directory, procfile_, env_files_});
    if (!loaded) return failure(ExitCode::no, loaded.message());
    const bool refused = !loaded->errors.empty() || (strict_ && !loaded->complaints.empty());

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
  std::vector<std::string> env_files_;
  bool strict_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_check() { return std::make_unique<Check>(); }

}  // namespace muster
