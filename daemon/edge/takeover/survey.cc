// See survey.h. A launch's first process leads a session of its own, so the environment is read of
// leaders alone, and of those whose leader is dead.
#include "daemon/edge/takeover/survey.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <chrono>

#include "daemon/edge/launch/launch_mark.h"
#include "daemon/edge/linux/cgroup.h"
#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/kernel_text.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {
namespace {

constexpr auto polite_patience = std::chrono::seconds(1);

template <class T>
std::optional<T> number_in(std::optional<std::string_view> text) {
  T number = 0;
  if (!text || text->empty()) return {};
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return {};
  return number;
}

// The cgroup of the run that a process is in: the part of its path that is called so.
std::string run_cgroup_of(pid_t pid, const std::string& name) {
  const auto read = [&](const char* file) {
    return read_kernel_text(fmt::format("/proc/{}/{}", pid, file)).value_or("");
  };
  const auto directory = directory_of_cgroup(read("mountinfo"), read("cgroup"));
  if (!directory) return {};
  const size_t at = directory->find('/' + name);
  if (at == std::string::npos) return {};
  const std::string run = directory->substr(0, at + 1 + name.size());
  return directory->size() == run.size() || (*directory)[run.size()] == '/' ? run : "";
}

struct Pipe {
  uint64_t inode = 0;
  bool is_ours = false;
};

Pipe pipe_at(pid_t pid, int fd) {
  struct stat status {};
  if (stat(fmt::format("/proc/{}/fd/{}", pid, fd).c_str(), &status) != 0 ||
      !S_ISFIFO(status.st_mode))
    return {};
  return {status.st_ino, status.st_uid == geteuid()};
}

// All others begin with /dev/null.
bool has_client(pid_t pid) {
  struct stat input {
  }, null{};
  return stat(fmt::format("/proc/{}/fd/0", pid).c_str(), &input) == 0 &&
         stat("/dev/null", &null) == 0 && input.st_rdev != null.st_rdev &&
         (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode) || S_ISCHR(input.st_mode));
}

bool is_of_our_user(pid_t pid) {
  struct stat status {};
  return stat(fmt::format("/proc/{}", pid).c_str(), &status) == 0 && status.st_uid == geteuid();
}

std::string command_of(pid_t pid) {
  std::string text = read_kernel_text(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

class Search {
 public:
  Search(const std::string& app, const std::string& place, const KnownRuns& known)
      : app_(app), place_(place), known_(known), entries_(read_processes()) {
    for (auto& entry : entries_)
      if (!entry.dead) alive_[entry.pid] = entry.start;
  }

  Survey run() {
    const auto look_at_all = [this](auto condition) {
      for (auto& entry : entries_)
        if (!entry.dead && entry.pid != getpid() && condition(entry)) look_at(entry);
    };
    look_at_all([](auto& entry) { return entry.session == entry.pid; });
    look_at_all([this](auto& entry) {
      return entry.session != entry.pid &&
             (!alive_.contains(entry.session) || mute_.contains(entry.session));
    });
    look_into_cgroups();
    Survey survey;
    const Living* newest = nullptr;
    for (auto& [key, living] : found_) {
      survey.runs.tokens.insert(living.token);
      survey.living.push_back(living);
      if (!newest || living.launch > newest->launch) newest = &living;
    }
    if (newest) survey.runs.newest = run_of(newest->token);
    return survey;
  }

 private:
  bool is_ours(std::string_view token) const {
    return token.starts_with(place_) || known_.contains(std::string(token));
  }

  void look_at(const ProcessEntry& entry) {
    const std::string environment = read_environment(entry.pid);
    if (environment.empty()) mute_.insert(entry.pid);
    const auto token = value_in(environment, "MUSTER_RUN");
    const auto launch = number_in<LaunchId>(value_in(environment, "MUSTER_LAUNCH"));
    const auto process = parse_process_name(value_in(environment, "PS").value_or(""));
    if (!token || !launch || !process || !is_ours(*token)) return;
    const auto run = known_.find(std::string(*token));
    if (run != known_.end() &&
        value_in(environment, "MUSTER_MARK").value_or("") != mark_of(run->second.secret, *launch))
      return;
    Living living{*launch, *process, std::string(*token), {}, {}, {}, false};
    living.port = number_in<uint32_t>(value_in(environment, "PORT"));
    add(entry, std::move(living));
  }

  void add(const ProcessEntry& entry, Living living) {
    const std::string cgroup = run_cgroup_of(entry.pid, cgroup_name(app_, living.token));
    const Pipe out = pipe_at(entry.pid, 1), err = pipe_at(entry.pid, 2);
    if (cgroup.empty() && !is_of_our_user(entry.pid) && !out.is_ours && !err.is_ours) return;
    if (!cgroup.empty()) cgroups_[living.token] = cgroup;
    const auto leader = alive_.find(entry.session);
    const bool leads = leader != alive_.end();
    living.identity = {entry.session, leads ? leader->second : 0, out.inode, err.inode};
    living.command = command_of(entry.pid);
    living.has_client = has_client(entry.pid);
    auto [known, is_new] = found_.try_emplace({living.token, living.launch}, living);
    if (is_new) return;
    // The first process is the eldest; one whose leader is dead says less.
    Identity& have = known->second.identity;
    const bool elder = leads && (have.start == 0 || living.identity.start < have.start);
    if (elder) std::swap(known->second, living);
    if (known->second.identity.out == 0) known->second.identity.out = living.identity.out;
    if (known->second.identity.err == 0) known->second.identity.err = living.identity.err;
  }

  // A process that has overwritten its environment, as some do to change what `ps` shows.
  void look_into_cgroups() {
    const auto own = own_cgroup();
    std::map<std::string, std::string> runs = cgroups_;  // directory by token
    for (auto& [token, run] : known_)
      if (!run.cgroup.empty()) runs.emplace(token, run.cgroup);
    const std::string prefix = fmt::format("muster-{}-", app_);
    for (auto& name : own ? Cgroup(*own).names_below() : std::vector<std::string>())
      if (name.starts_with(prefix) && is_ours(std::string_view(name).substr(prefix.size())))
        runs.emplace(name.substr(prefix.size()), *own + '/' + name);
    for (auto& [token, directory] : runs)
      for (auto& name : Cgroup(directory).names_below()) look_into(token, directory, name);
  }

  void look_into(const std::string& token, const std::string& directory, std::string_view name) {
    const size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) return;
    const auto process = parse_process_name(name.substr(0, dash));
    const auto launch = number_in<LaunchId>(name.substr(dash + 1));
    if (!process || !launch || found_.contains({token, *launch})) return;
    for (pid_t pid : Cgroup(directory).below(name).processes())
      if (auto entry = read_process(pid); entry && !entry->dead)
        add(*entry, {*launch, *process, token, {}, {}, {}, false});
  }

  Run run_of(const std::string& token) const {
    if (auto known = known_.find(token); known != known_.end()) return known->second;
    Run run{token, UINT64_MAX, {}, new_secret()};
    for (auto& [key, living] : found_)
      if (living.token == token && living.identity.start > 0)
        run.first_start = std::min(run.first_start, living.identity.start);
    if (run.first_start == UINT64_MAX) run.first_start = 0;
    if (auto cgroup = cgroups_.find(token); cgroup != cgroups_.end()) run.cgroup = cgroup->second;
    return run;
  }

  const std::string& app_;
  const std::string& place_;
  const KnownRuns& known_;
  std::vector<ProcessEntry> entries_;
  std::map<pid_t, uint64_t> alive_;  // with its start
  std::set<pid_t> mute_;             // leaders whose environment may not be read
  std::map<std::pair<std::string, LaunchId>, Living> found_;
  std::map<std::string, std::string> cgroups_;  // of the run, by token
};

// Every process in their sessions.
std::vector<ProcessEntry> members_of(const std::vector<Living>& living) {
  auto entries = read_processes();
  std::erase_if(entries, [&](const ProcessEntry& entry) {
    return entry.dead || std::none_of(living.begin(), living.end(), [&](const Living& one) {
             return entry.session == one.identity.pid || entry.pid == one.identity.pid;
           });
  });
  return entries;
}

}  // namespace

Survey survey_living(const std::string& app, const std::string& place, const KnownRuns& known) {
  return Search(app, place, known).run();
}

void end_living(const std::vector<Living>& living) {
  const auto give_up = std::chrono::steady_clock::now() + 2 * polite_patience;
  const auto be_hard = std::chrono::steady_clock::now() + polite_patience;
  for (auto& entry : members_of(living)) signal_process(entry, SIGTERM);
  while (std::chrono::steady_clock::now() < give_up) {
    const auto left = members_of(living);
    if (left.empty()) return;
    if (std::chrono::steady_clock::now() >= be_hard)
      for (auto& entry : left) signal_process(entry, SIGKILL);
    constexpr int pause_ms = 10;
    poll(nullptr, 0, pause_ms);
  }
}

}  // namespace muster
