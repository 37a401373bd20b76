// See status.h.
#include "daemon/edge/report/status.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "daemon/edge/linux/machine.h"
#include "proto/version.h"

namespace muster {

namespace {

constexpr double near_limit = 0.9;

uint64_t resident_bytes() {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"), std::fclose);
  unsigned long size = 0, resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &size, &resident) != 2) return 0;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void fill_status(StatusReply& status, const RouterHead& head, std::vector<std::string> alarms) {
  status.version = version;
  status.supervisor_pid = getpid();
  status.seq = head.seq;
  status.lines = head.lines;
  status.seq_durable = head.seq_durable;
  status.journal_bytes = head.journal_bytes;
  status.journal_oldest_seq = head.oldest_seq;
  status.journal_oldest_time = head.oldest_time;
  status.journal_newest_time = head.newest_time;
  status.memory_bytes = resident_bytes();
  status.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    status.fd_limit = static_cast<uint32_t>(std::min<rlim_t>(limit.rlim_cur, UINT32_MAX));
  if (status.open_fds > near_limit * status.fd_limit)
    alarms.push_back(
        fmt::format("{} of {} file descriptors are in use; raise the hard limit (ulimit -Hn)",
                    status.open_fds, status.fd_limit));
  for (auto& alarm : alarms) status.alarms.push_back(std::move(alarm));
}

}  // namespace muster
