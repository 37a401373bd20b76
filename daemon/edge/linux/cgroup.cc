// See cgroup.h.
#include "daemon/edge/linux/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <memory>

#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/kernel_text.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {

Cgroup Cgroup::below(std::string_view name) const {
  return Cgroup(fmt::format("{}/{}", directory_, name));
}

// Every directory in one is a cgroup, every file the kernel's.
std::vector<std::string> Cgroup::names_below() const {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(directory_.c_str()), closedir);
  while (auto* entry = entries ? readdir(entries.get()) : nullptr)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

bool Cgroup::make() const { return mkdir(directory_.c_str(), 0755) == 0 || errno == EEXIST; }

bool Cgroup::exists() const { return access(directory_.c_str(), F_OK) == 0; }

bool Cgroup::remove() const {
  if (rmdir(directory_.c_str()) == 0 || errno == ENOENT) return true;
  for (auto& name : names_below()) below(name).remove();
  return rmdir(directory_.c_str()) == 0 || errno == ENOENT;
}

UniqueFd Cgroup::open() const {
  return UniqueFd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// Where the hierarchy is mounted does not matter: its name and that of the one above it are of no
// other.
bool Cgroup::holds(pid_t pid) const {
  const std::string text = read_kernel_text(fmt::format("/proc/{}/cgroup", pid)).value_or("");
  const auto path = path_in_hierarchy(text);
  if (!path) return false;
  const size_t last_two = directory_.rfind('/', directory_.rfind('/') - 1);
  const std::string_view ours = std::string_view(directory_).substr(last_two);
  const size_t at = path->find(ours);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = path->substr(at + ours.size());
  return rest.empty() || rest.front() == '/' || rest.front() == ' ';  // " (deleted)"
}

// A process that has just died may still count as populating it, but is listed no more.
bool Cgroup::occupied() const {
  return read_kernel_text(directory_ + "/cgroup.events").value_or("").find("populated 1") !=
             std::string::npos &&
         !processes().empty();
}

std::vector<pid_t> Cgroup::processes() const {
  std::vector<pid_t> pids;
  const std::string text = read_kernel_text(directory_ + "/cgroup.procs").value_or("");
  const char* end = text.data() + text.size();
  pid_t pid = 0;
  for (const char* at = text.data(); at < end; ++at) {
    auto [stop, error] = std::from_chars(at, end, pid);
    if (error != std::errc()) break;
    pids.push_back(pid);
    at = stop;
  }
  for (auto& name : names_below()) {
    auto more = below(name).processes();
    pids.insert(pids.end(), more.begin(), more.end());
  }
  return pids;
}

void Cgroup::kill() const {
  UniqueFd fd(::open((directory_ + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd || write(fd.get(), "1", 1) != 1) kill_each();
}

// That the pid was not given to a stranger since is asked after its start time was: a signal goes
// to who has that only.
void Cgroup::kill_each() const {
  for (pid_t pid : processes())
    if (auto entry = read_process(pid); entry && holds(pid)) signal_process(*entry, SIGKILL);
}

CgroupWatch::CgroupWatch(Loop& loop, const Cgroup& cgroup, std::function<void()> on_change)
    : on_change_(std::move(on_change)),
      events_(open((cgroup.directory() + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!events_) return;
  poll_.emplace(loop, events_.get(), [this] { changed(); });
  poll_->watch(Poll::changed);
}

// The kernel tells of a change until the file is read through this very descriptor.
void CgroupWatch::changed() {
  char text[256];
  if (pread(events_.get(), text, sizeof text, 0) < 0) poll_->watch(Poll::nothing);
  on_change_();
}

}  // namespace muster
