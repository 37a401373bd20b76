// ctl export: the app of a directory in the files of another system, as it is now: with the
// formation and the config vars of its daemon where that runs. Shows them, or writes them.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>

#include "base/write_all.h"
#include "ctl/export/export.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/load.h"
#include "daemon/config/text_file.h"
#include "daemon/config/text_lines.h"

namespace muster {
namespace {

// A schedule has forgotten its text. A line of it counts if it means the same.
std::map<std::string, std::string> crons_in(std::string_view settings, const AppModel& model) {
  std::map<std::string, std::string> crons;
  while (!settings.empty()) {
    const std::string_view line = settings.substr(0, settings.find('\n'));
    settings.remove_prefix(std::min(line.size() + 1, settings.size()));
    const size_t key = line.find("cron");
    const size_t quote = line.find_first_of("\"'", key);
    if (key == line.npos || quote == line.npos) continue;
    const size_t end = line.find(line[quote], quote + 1);
    if (end == line.npos) continue;
    const std::string_view text = line.substr(quote + 1, end - quote - 1);
    const auto schedule = Schedule::parse(text);
    for (auto& type : model.types)
      if (schedule && type.settings.cron == *schedule) crons.emplace(type.name, text);
  }
  return crons;
}

class Export : public Verb {
 public:
  void add_options(Options& options) override {
    std::vector<std::string> names;
    std::string told;
    for (auto& format : export_formats()) {
      names.emplace_back(format.name);
      told += fmt::format("\n  {:<12}{}", format.name, format.what);
    }
    options.footer(
        "\nThe formats:" + told +
        "\n\nWhat another system cannot express is told. Files with variables get the mode "
        "0600.");
    options.text("FORMAT", format_, "The other system").required().one_of(names);
    options.text("DIR", directory_, "Where the files are written; without it they are shown");
    options.flag("--force", force_, "Write over files that are there");
  }

  Outcome<int> run(Session& session) override {
    auto app = read(session);
    if (!app) return failure(ExitCode::no, app.message());
    const auto formats = export_formats();
    const auto format = std::find_if(formats.begin(), formats.end(),
                                     [this](auto& row) { return row.name == format_; });
    const Exported made = format->convert(*app);
    Output notes(STDERR_FILENO);
    for (auto& note : made.notes) notes.write(terminal_safe(note) + '\n');
    notes.flush();
    if (directory_.empty()) {
      for (auto& file : made.files)
        session.out.write(fmt::format("==> {}\n{}\n", file.name, file.text));
      return status_done;
    }
    if (Result<> done = write(session, made); !done) return failure(ExitCode::no, done.message());
    session.out.write(fmt::format("Then:\n{}\n", made.hint));
    return status_done;
  }

 private:
  static Result<ExportApp> read(const Session& session) {
    const std::string directory = directory_with_procfile(".").value_or(".");
    auto loaded = load_flawless_model({directory, {}, {}});
    if (!loaded) return tl::unexpected(loaded.error());
    ExportApp app;
    app.directory = resolved_directory(directory);
    app.name = session.app.value_or(std::filesystem::path(app.directory).filename().string());
    if (app.directory.find_first_of("\n'") != std::string::npos ||
        app.name.find_first_of("\n'/ ") != std::string::npos)
      return fail("{}: its name cannot be that of an app elsewhere", app.directory);
    app.model = std::move(loaded->model);
    if (auto settings = read_text_file(directory + '/' + settings_file_name); settings && *settings)
      app.crons = crons_in(**settings, app.model);
    auto port = base_port({}, app.model.env, environment_variable);
    if (!port) return tl::unexpected(port.error());
    app.port = *port;
    if (auto reply = ask<ScaleReply>(session, ScaleRequest{}, 1s))
      for (auto& [type, count] : reply->formation) app.formation[type] = count;
    if (auto reply = ask<ConfigReply>(session, ConfigRequest{}, 1s))
      for (auto& [name, value] : reply->vars) app.config.emplace_back(name, value);
    return app;
  }

  Result<> write(const Session& session, const Exported& made) const {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    for (auto& file : made.files)
      if (!force_ && std::filesystem::exists(directory_ + '/' + file.name, error))
        return fail("{}/{} is there already, and nothing was written; --force writes over it",
                    directory_, file.name);
    for (auto& file : made.files) {
      const std::string path = directory_ + '/' + file.name;
      if (force_) ::unlink(path.c_str());
      const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                            file.is_secret ? 0600 : 0644);
      if (fd < 0) return fail_errno(errno, "{}", path);
      Result<> written = write_all(fd, file.text);
      ::close(fd);
      if (!written) return within(written.error(), "{}", path);
      session.out.write(fmt::format("Wrote {}\n", path));
    }
    return {};
  }

  std::string format_, directory_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_export() { return std::make_unique<Export>(); }

}  // namespace muster
