// ctl create: a bare git repository in the app's state directory, whose hook deploys what is pushed
// into it, and the remote `muster` for it in the repository that it was called in.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "ctl/deploy/program.h"
#include "ctl/printers/text.h"
#include "ctl/remote/meant.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr const char* remote_name = "muster";
constexpr uint64_t highest_port = 65535;

// Over ssh the environment is that of a bare login, so what decided about the places is written
// into the hook.
std::string hook_text(const std::string& app) {
  std::string text =
      "#!/bin/sh\n# Written by `ctl create`: deploys what is pushed. Refused is what does not come "
      "up.\n";
  for (auto name : {"MUSTER_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"})
    if (auto value = environment_variable(name); value && !value->empty())
      text += fmt::format("export {}={}\n", name, shell_word(*value));
  return text + fmt::format("exec {} receive -a {}\n", shell_word(own_program_directory() + "/ctl"),
                            shell_word(app));
}

Result<> write_hook(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  std::ofstream file(next, std::ios::trunc);
  file << text;
  file.close();
  if (!file || chmod(next.c_str(), 0755) != 0 || rename(next.c_str(), path.c_str()) != 0)
    return fail_errno(errno, "{}", path);
  return {};
}

class Create : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nThen `git push muster main` deploys. With -H the repository is made on that machine,\n"
        "and the remote leads there over ssh.");
    options
        .number("-p,--port", port_,
                "Port of the first process, kept; default: one that is free at the first start")
        .in_range(uint64_t{1}, highest_port)
        .shown_as("PORT");
    options.text("APP_NAME", name_, "The app's name; default: the directory's");
  }

  Outcome<int> run(Session& session) override {
    auto work_tree = output_of({{"git", "rev-parse", "--show-toplevel"}, {}});
    const auto host = host_meant(session);
    if (!host) return tl::unexpected(host.error());
    if (*host) return create_there(session, **host, work_tree);
    std::error_code error;
    const std::string here = work_tree ? *work_tree : std::filesystem::current_path(error).string();
    auto claim = claim_name(session, here, work_tree.has_value());
    if (!claim) return tl::unexpected(claim.error());
    const Endpoints& endpoints = claim->endpoints;
    if (!claim->told.empty()) tell(claim->told);
    if (port_) take_port(*claim);
    session.out.write(fmt::format("Creating {}... ", endpoints.app));
    session.out.flush();
    Result<> made = make_repository(endpoints);
    if (made) made = keep_identity(endpoints, claim->identity, Synced::yes);
    claim->turn.reset();
    session.out.write(made ? "done\n" : "failed\n");
    if (!made) return failure(ExitCode::no, made.message());
    session.out.write(endpoints.repository_dir() + "\n");
    return work_tree ? add_remote(session, *work_tree, endpoints.repository_dir())
                     : Outcome<int>(status_done);
  }

 private:
  // The repository is there; the remote is that of the work tree here.
  Outcome<int> create_there(Session& session, const FarHost& host,
                            const Result<std::string>& work_tree) const {
    std::string app = name_.empty() ? session.app.value_or(host.app) : name_;
    if (app.empty() && work_tree) app = app_name_of(*work_tree);
    if (!is_app_name(app)) return failure(ExitCode::usage, "the app has no name: ctl create NAME");
    session.out.write(fmt::format("Creating {} on {}... ", app, host.url()));
    session.out.flush();
    std::vector<std::string> words = {"create", app};
    if (port_) words.insert(words.end(), {"-p", std::to_string(*port_)});
    auto path = last_line_there(session, host, words);
    session.out.write(path ? "done\n" : "failed\n");
    if (!path) return tl::unexpected(path.error());
    const std::string url = host.url() + *path;
    session.out.write(url + "\n");
    return work_tree ? add_remote(session, *work_tree, url) : Outcome<int>(status_done);
  }

  // The app is that of the work tree, so that ctl finds it there. A directory that is none has no
  // app of its own by it.
  Outcome<Claim> claim_name(Session& session, const std::string& here, bool is_work_tree) const {
    Wanted wanted;
    if (!name_.empty())
      wanted.name = name_;
    else if (session.app)
      wanted.name = session.app;
    else if (auto named = environment_variable("MUSTER_APP"); named && !named->empty())
      wanted.name = *named;
    else if (!is_work_tree)
      wanted.name = app_name_of(here);
    if (wanted.name && !is_app_name(*wanted.name))
      return failure(ExitCode::usage, fmt::format("'{}' cannot be an app's name", *wanted.name));
    if (is_work_tree) {
      auto place = place_of(here, environment_variable);
      if (!place) return failure(ExitCode::no, place.message());
      wanted.place = std::move(*place);
    }
    auto claim = claim_app(wanted, app_owner());
    if (!claim) return failure(ExitCode::no, claim.message());
    return std::move(*claim);
  }

  // As `musterd -p` does. A daemon that runs has its own until it is started again.
  void take_port(Claim& claim) const {
    claim.identity.base_port = *port_;
    for (auto& other : claim.others)
      if (other.kept.identity.base_port == *port_)
        tell(fmt::format("the ports of {} begin at {}, too", other.endpoints.app, *port_));
    if (daemon_runs(claim.endpoints))
      tell(fmt::format("{} runs already: its ports begin at {} from the next start on",
                       claim.endpoints.app, *port_));
  }

  // Done again, it renews the hook and leaves the rest as it is.
  static Result<> make_repository(const Endpoints& endpoints) {
    if (auto created = create_directories(endpoints, geteuid()); !created) return created;
    const std::string directory = endpoints.repository_dir();
    auto made = output_of({{"git", "init", "--quiet", "--bare", "--initial-branch=main", directory},
                           {},
                           environment_without_git()});
    if (!made) return tl::unexpected(made.error());
    if (chmod(directory.c_str(), 0700) != 0) return fail_errno(errno, "chmod {}", directory);
    // Git takes no object here that it would not make itself.
    auto checked = output_of({{"git", "-C", directory, "config", "transfer.fsckObjects", "true"},
                              {},
                              environment_without_git()});
    if (!checked) return tl::unexpected(checked.error());
    return write_hook(directory + "/hooks/pre-receive", hook_text(endpoints.app));
  }

  static Outcome<int> add_remote(Session& session, const std::string& work_tree,
                                 const std::string& url) {
    auto known = output_of({{"git", "remote", "get-url", remote_name}, work_tree});
    if (known && *known == url) return status_done;
    if (known)
      return failure(ExitCode::no,
                     fmt::format("the remote {0} is {1} here; to change that:\ngit remote set-url "
                                 "{0} {2}",
                                 remote_name, *known, url));
    auto added = output_of({{"git", "remote", "add", remote_name, url}, work_tree});
    if (!added) return failure(ExitCode::no, added.message());
    session.out.write(fmt::format("Git remote {} added\n", remote_name));
    return status_done;
  }

  std::string name_;
  std::optional<uint32_t> port_;
};

}  // namespace

std::unique_ptr<Verb> make_create() { return std::make_unique<Create>(); }

}  // namespace muster
