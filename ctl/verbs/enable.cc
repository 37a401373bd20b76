// ctl enable, ctl disable: whether an app is started at boot. systemd does it where it runs;
// elsewhere it is said how another init system could.
#include <fmt/format.h>
#include <unistd.h>
#include <filesystem>

#include "ctl/deploy/boot_unit.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// -a, the word, or the app of the directory.
Outcome<Endpoints> meant_by(const Session& session, const std::string& name) {
  Session named{session.app, session.out};
  if (!name.empty()) named.app = name;
  return find_endpoints(named);
}

class Enable : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nIts formation is the one that it had. What runs now goes on; a daemon in the "
        "background\n"
        "is the unit's from the next boot on.");
    options.text("APP", name_, "The app; default: that of -a, or of this directory");
  }

  Outcome<int> run(Session& session) override {
    auto endpoints = meant_by(session, name_);
    if (!endpoints) return tl::unexpected(endpoints.error());
    std::error_code error;
    if (!std::filesystem::is_directory(endpoints->state_dir, error))
      return failure(ExitCode::no,
                     fmt::format("app '{}' has never run here; start it once with: musterd -d",
                                 endpoints->app));
    const std::string directory = directory_of(*endpoints);
    if (!systemd_runs())
      return failure(
          ExitCode::no,
          fmt::format(
              "systemd does not run here, so nothing is changed. Have this run at boot, for "
              "instance by `@reboot` in the crontab of this user:\n{}",
              start_command(*endpoints, directory)));
    if (Result<> written = write_boot_unit(*endpoints, directory); !written)
      return failure(ExitCode::no, written.message());
    session.out.write(fmt::format("Enabling {}... done, it starts at boot\n", endpoints->app));
    if (::geteuid() != 0) session.out.write("Without a login only after: loginctl enable-linger\n");
    return status_done;
  }

 private:
  // An app that was pushed has none: it takes the code of its release.
  static std::string directory_of(const Endpoints& endpoints) {
    std::error_code error;
    if (std::filesystem::exists(endpoints.repository_dir(), error) &&
        std::filesystem::exists(endpoints.checkouts_dir(), error))
      return {};
    return read_identity(endpoints).identity.place.path;
  }

  std::string name_;
};

class Disable : public Verb {
 public:
  void add_options(Options& options) override {
    options.text("APP", name_, "The app; default: that of -a, or of this directory");
  }

  Outcome<int> run(Session& session) override {
    auto endpoints = meant_by(session, name_);
    if (!endpoints) return tl::unexpected(endpoints.error());
    std::error_code error;
    const bool was_there = std::filesystem::exists(boot_unit_file(*endpoints), error);
    if (Result<> removed = remove_boot_unit(*endpoints); !removed)
      return failure(ExitCode::no, removed.message());
    session.out.write(
        was_there ? fmt::format("Disabling {}... done, it does not start at boot any more\n",
                                endpoints->app)
                  : fmt::format("{} was not enabled\n", endpoints->app));
    return status_done;
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Verb> make_enable() { return std::make_unique<Enable>(); }
std::unique_ptr<Verb> make_disable() { return std::make_unique<Disable>(); }

}  // namespace muster
