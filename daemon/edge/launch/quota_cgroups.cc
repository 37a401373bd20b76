// See quota_cgroups.h.
#include "daemon/edge/launch/quota_cgroups.h"

#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>

#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

// A controller's period where nothing else is said, and so its quota for one processor.
constexpr uint64_t period_us = 100'000;

// The number behind the name, in lines of "NAME NUMBER"; the whole text where the name is empty.
std::optional<uint64_t> number_in(const std::string& path, std::string_view name = {}) {
  const std::string text = read_kernel_text(path).value_or("");
  size_t at = 0;
  if (!name.empty()) {
    const std::string begin = std::string(name) + ' ';
    at = text.starts_with(begin) ? 0 : text.find('\n' + begin);
    if (at == std::string::npos) return {};
    at += begin.size() + (text[at] == '\n' ? 1 : 0);
  }
  uint64_t number = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

// The limit of one controller as it is written.
struct QuotaCgroups::Limit {
  std::string_view key;  // of muster.toml
  std::string_view controller;
  std::string_view file, old_file;  // of version 2 and 1
  std::string text, old_text;
};

QuotaCgroups::QuotaCgroups(const std::string& unified, const std::string& name, pid_t keeper)
    : unified_(unified), keeper_(keeper) {
  for (const char* controller : {"memory", "cpu", "pids"}) {
    Place place{controller, {}};
    const auto own = name.empty() ? std::nullopt : own_cgroup(controller);
    if (own && access(own->c_str(), W_OK | X_OK) == 0)
      place.run = Cgroup(fmt::format("{}/{}", *own, name));
    places_.push_back(std::move(place));
  }
}

StartResult<std::vector<Cgroup>> QuotaCgroups::limit(const std::string& launch,
                                                     const Quotas& quotas,
                                                     const std::optional<Cgroup>& unified) {
  std::vector<Limit> limits;
  if (auto& memory = quotas.memory) {
    const std::string bytes = std::to_string(memory->count);
    limits.push_back({"memory", "memory", "memory.max", "memory.limit_in_bytes", bytes, bytes});
  }
  if (auto& cpu = quotas.cpu) {
    const uint64_t quota = cpu->count * period_us / 100;
    limits.push_back({"cpu", "cpu", "cpu.max", "cpu.cfs_quota_us",
                      fmt::format("{} {}", quota, period_us), std::to_string(quota)});
  }
  if (auto& pids = quotas.pids) {
    const std::string count = std::to_string(pids->count);
    limits.push_back({"pids", "pids", "pids.max", "pids.max", count, count});
  }
  std::vector<Cgroup> to_enter;
  for (auto& limit : limits) {
    auto other = put(limit, launch, unified);
    if (!other) return tl::unexpected(other.error());
    if (*other) to_enter.push_back(std::move(**other));
  }
  return to_enter;
}

StartResult<std::optional<Cgroup>> QuotaCgroups::put(const Limit& limit, const std::string& launch,
                                                     const std::optional<Cgroup>& unified) {
  auto failure = [&](std::string_view what, int error) {
    return tl::unexpected(StartFailure{fmt::format("limit {}: {}", limit.key, what), error});
  };
  Place* place = nullptr;
  for (auto& each : places_)
    if (each.controller == limit.controller) place = &each;
  std::optional<Cgroup> other;
  if (place->run) {
    other = place->run->below(launch);
    if (!place->run->make() || !other->make()) return failure(other->directory(), errno);
  } else if (!unified) {
    return failure("there is no cgroup for it", 0);
  } else if (int error = enable(*place); error != 0) {
    return failure(error == ENOENT ? fmt::format("{} has no controller for it", own())
                                   : fmt::format("{}/cgroup.subtree_control", own()),
                   error == ENOENT ? 0 : error);
  }
  const std::string file = fmt::format("{}/{}", other ? other->directory() : unified->directory(),
                                       other ? limit.old_file : limit.file);
  if (int error = write_kernel_text(file, other ? limit.old_text : limit.text); error != 0)
    return failure(file, error);
  return other;
}

int QuotaCgroups::enable(Place& place) {
  if (place.enabled) return 0;
  const std::string word = fmt::format("+{}", place.controller);
  auto allow = [&](const std::string& directory) {
    return write_kernel_text(directory + "/cgroup.subtree_control", word);
  };
  int error = allow(own());
  if (error == EBUSY && (error = step_aside()) == 0) error = allow(own());
  if (error == 0) error = allow(unified_);
  place.enabled = error == 0;
  return error == EINVAL ? ENOENT : error;
}

int QuotaCgroups::step_aside() {
  if (!Cgroup(aside()).make()) return errno;
  for (pid_t pid : {keeper_, getpid()})
    if (pid > 0)
      if (int error = write_kernel_text(aside() + "/cgroup.procs", std::to_string(pid)); error != 0)
        return error;
  return 0;
}

std::vector<Cgroup> QuotaCgroups::find(const std::string& launch) const {
  std::vector<Cgroup> found;
  for (auto& run : of_the_run())
    if (run.below(launch).exists()) found.push_back(run.below(launch));
  return found;
}

std::vector<Cgroup> QuotaCgroups::of_the_run() const {
  auto runs = wanted();
  std::erase_if(runs, [](auto& run) { return !run.exists(); });
  return runs;
}

std::vector<Cgroup> QuotaCgroups::wanted() const {
  std::vector<Cgroup> runs;
  for (auto& place : places_)
    if (place.run) runs.push_back(*place.run);
  return runs;
}

void QuotaCgroups::end() {
  for (auto& run : of_the_run()) run.remove();
  if (unified_.empty() || !Cgroup(aside()).exists()) return;
  for (auto& place : places_)
    write_kernel_text(own() + "/cgroup.subtree_control", fmt::format("-{}", place.controller));
  for (pid_t pid : {keeper_, getpid()})
    if (pid > 0) write_kernel_text(own() + "/cgroup.procs", std::to_string(pid));
  Cgroup(aside()).remove();
}

std::string QuotaCgroups::own() const { return unified_.substr(0, unified_.rfind('/')); }

std::optional<uint64_t> times_out_of_memory(const Cgroup& cgroup) {
  auto times = number_in(cgroup.directory() + "/memory.events", "oom_kill");
  return times ? times : number_in(cgroup.directory() + "/memory.oom_control", "oom_kill");
}

std::optional<uint64_t> memory_used(const Cgroup& cgroup) {
  auto bytes = number_in(cgroup.directory() + "/memory.current");
  return bytes ? bytes : number_in(cgroup.directory() + "/memory.usage_in_bytes");
}

std::optional<uint64_t> microseconds_of_cpu(const Cgroup& cgroup) {
  return number_in(cgroup.directory() + "/cpu.stat", "usage_usec");
}

}  // namespace muster
