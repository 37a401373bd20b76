// See adoption.h.
#include "daemon/edge/launch/adoption.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>

#include "daemon/edge/launch/child.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {
namespace {

// How long a process that was forked an instant before its supervisor was killed may take until it
// says so. Until then it must not be started again.
constexpr int begin_patience_ms = 5000;

std::optional<Identity> identity_of(pid_t pid) {
  auto entry = pid > 0 ? read_process(pid) : std::nullopt;
  if (!entry) return {};
  return Identity{pid, entry->start};
}

// Waits while the other end is held: that is the process, on its way.
pid_t pid_in(int report) {
  ExecSaid said = peek_report(report);
  if (said.pid == 0 && !said.over) {
    pollfd news{report, POLLIN | POLLRDHUP, 0};
    poll(&news, 1, begin_patience_ms);
    said = peek_report(report);
  }
  return said.pid;
}

bool is_marked(const ProcessEntry& entry, const Environment& mark) {
  const std::string environment = read_environment(entry.pid);
  return std::all_of(mark.begin(), mark.end(),
                     [&](auto& pair) { return value_in(environment, pair.first) == pair.second; });
}

std::optional<Identity> leader_with(const Environment& mark) {
  for (auto& entry : read_processes())
    if (entry.session == entry.pid && !entry.dead && is_marked(entry, mark))
      return Identity{entry.pid, entry.start};
  return {};
}

std::optional<Identity> identity_of(const Launch& launch, const std::optional<KeptLaunch>& kept,
                                    const Environment& mark) {
  if (launch.resumed->identity) return launch.resumed->identity;
  if (!kept) return leader_with(mark);
  return identity_of(kept->pid > 0 ? kept->pid : kept->report ? pid_in(kept->report.get()) : 0);
}

// A pipe that has lost all its readers but is still written to is opened by way of a writer.
UniqueFd reopen_pipe(const std::vector<ProcessEntry>& writers, uint64_t inode) {
  for (auto& writer : writers) {
    for (int fd : pipe_descriptors(writer.pid, inode)) {
      UniqueFd pipe(open(fmt::format("/proc/{}/fd/{}", writer.pid, fd).c_str(),
                         O_RDONLY | O_NONBLOCK | O_CLOEXEC));
      struct stat status {};
      if (pipe && fstat(pipe.get(), &status) == 0 && status.st_ino == inode) return pipe;
    }
  }
  return {};
}

void reopen_pipes(Adoptee& adoptee) {
  std::vector<ProcessEntry> writers;
  for (auto& entry : read_processes())
    if (entry.session == adoptee.identity.pid && !entry.dead) writers.push_back(entry);
  Identity& identity = adoptee.identity;
  const auto leader = static_cast<pid_t>(identity.pid);
  if (identity.out == 0) identity.out = pipe_inode(leader, STDOUT_FILENO);
  if (identity.err == 0) identity.err = pipe_inode(leader, STDERR_FILENO);
  if (adoptee.identity.out != 0) adoptee.out = reopen_pipe(writers, adoptee.identity.out);
  if (adoptee.identity.err != 0) adoptee.err = reopen_pipe(writers, adoptee.identity.err);
}

}  // namespace

std::optional<Adoptee> find_adoptee(const Launch& launch, std::optional<KeptLaunch> kept,
                                    const Environment& mark) {
  auto identity = identity_of(launch, kept, mark);
  if (!identity) return {};
  Adoptee adoptee{*identity};
  if (kept) {
    adoptee.out = std::move(kept->out);
    adoptee.err = std::move(kept->err);
    adoptee.in = std::move(kept->in);
    if (launch.resumed->progress == LaunchProgress::asked) adoptee.report = std::move(kept->report);
  } else {
    reopen_pipes(adoptee);
  }
  return adoptee;
}

}  // namespace muster
