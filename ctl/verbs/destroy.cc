// ctl destroy: removes everything that muster keeps of an app that does not run. Keeps: nothing
// goes before its name was said once more, and what was begun is seen through by the next one.
#include <fmt/format.h>
#include <unistd.h>
#include <filesystem>
#include <iostream>

#include "ctl/deploy/boot_unit.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

// No app can be called so.
std::string aside_of(const Endpoints& endpoints) {
  const fs::path state(endpoints.state_dir);
  return (state.parent_path() / ("." + endpoints.app + ".destroyed")).string();
}

class Destroy : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nRemoved are its journal, formation, config vars, releases, repository and checkouts.\n"
        "Its own directory stays as it is. Asks for the name, or wants it as --confirm NAME.");
    options.text("APP", name_, "The app, which must not run").required();
    options.text("--confirm", confirmed_, "Its name once more, instead of being asked")
        .shown_as("NAME");
  }

  Outcome<int> run(Session& session) override {
    if (!is_app_name(name_))
      return failure(ExitCode::usage, fmt::format("'{}' cannot be an app's name", name_));
    const AppOwner owner = app_owner();
    auto endpoints = endpoints_of(name_, owner.is_root, owner.uid, owner.env);
    if (!endpoints) return failure(ExitCode::usage, endpoints.message());
    const KeptIdentity kept = read_identity(*endpoints);
    if (auto may = may_go(*endpoints); !may) return tl::unexpected(may.error());
    if (auto sure = ask_for_name(session, *endpoints); !sure) return tl::unexpected(sure.error());
    if (auto gone = remove(*endpoints, owner); !gone) return tl::unexpected(gone.error());
    session.out.write(fmt::format("Destroying {}... done\n", name_));
    const std::string& directory = kept.identity.place.path;
    if (!directory.empty())
      session.out.write(fmt::format("What is left: {}, the app's own directory, untouched\n",
                                    terminal_safe(directory)));
    return status_done;
  }

 private:
  Outcome<void> may_go(const Endpoints& endpoints) const {
    if (daemon_runs(endpoints))
      return failure(ExitCode::no,
                     fmt::format("app '{0}' runs; end it first: ctl -a {0} shutdown", name_));
    std::error_code error;
    if (fs::exists(endpoints.state_dir, error) || fs::exists(aside_of(endpoints), error)) return {};
    return failure(ExitCode::no, fmt::format("there is no app '{}'; see: ctl apps", name_));
  }

  Outcome<void> ask_for_name(Session& session, const Endpoints& endpoints) const {
    std::string said = confirmed_.value_or("");
    if (!confirmed_) {
      if (::isatty(STDIN_FILENO) != 1)
        return failure(ExitCode::usage,
                       fmt::format("This removes {}. To confirm: ctl destroy {} --confirm {}",
                                   endpoints.state_dir, name_, name_));
      session.out.write(fmt::format(
          "This removes {}, with journal, config vars and releases.\nType the app's name to go "
          "on: ",
          endpoints.state_dir));
      session.out.flush();
      std::getline(std::cin, said);
    }
    if (said == name_) return {};
    return failure(ExitCode::no, fmt::format("'{}' is not '{}': nothing is removed", said, name_));
  }

  // No other program starts it meanwhile: naming an app needs its turn.
  Outcome<void> remove(const Endpoints& endpoints, const AppOwner& owner) const {
    Wanted wanted;
    wanted.name = name_;
    auto claim = claim_app(wanted, owner);
    if (!claim) return failure(ExitCode::no, claim.message());
    if (auto may = may_go(endpoints); !may) return may;
    for (auto open_place : {open_state_directory, open_runtime_directory})
      if (auto opened = open_place(endpoints, owner.uid); !opened)
        return failure(ExitCode::no, opened.message());
    if (Result<> unit = remove_boot_unit(endpoints); !unit) tell(unit.message());
    std::error_code error;
    const std::string aside = aside_of(endpoints);
    fs::remove_all(aside, error);
    if (!error && fs::exists(endpoints.state_dir)) fs::rename(endpoints.state_dir, aside, error);
    if (!error) fs::remove_all(aside, error);
    if (!error) fs::remove_all(endpoints.runtime_dir, error);
    if (error)
      return failure(ExitCode::no, fmt::format("cannot remove all of {}: {}", endpoints.state_dir,
                                               error.message()));
    return {};
  }

  std::string name_;
  std::optional<std::string> confirmed_;
};

}  // namespace

std::unique_ptr<Verb> make_destroy() { return std::make_unique<Destroy>(); }

}  // namespace muster
