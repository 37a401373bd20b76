// Limits of memory, processor and processes, put on launches through the controllers of cgroups.
// Knows how each is written, in version 2 and, where a controller has a hierarchy of its own, in
// version 1. Keeps: a launch has the limits that it was to have, or is not started.
//
// Version 2: below a cgroup with controllers no process may be in it itself. So keeper and
// supervisor step aside, from OWN into OWN/muster-APP-TOKEN.daemon, when the first limit is put on
// a launch, and back at the end. Where others are in OWN too there can be no limits.
#pragma once

#include <sys/types.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings.h"
#include "daemon/edge/linux/cgroup.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

class QuotaCgroups {
 public:
  // `unified` is the cgroup of the run in version 2, empty where it has none; those in other
  // hierarchies are called `name`, below ours there. Empty: there are none.
  QuotaCgroups(const std::string& unified, const std::string& name, pid_t keeper);

  // Puts the limits on a launch that is about to be started: on `unified`, in which it will be, or
  // on those that are returned, which it has to enter.
  StartResult<std::vector<Cgroup>> limit(const std::string& launch, const Quotas& quotas,
                                         const std::optional<Cgroup>& unified);

  // Those of the launch besides that of version 2.
  std::vector<Cgroup> find(const std::string& launch) const;
  // Those of the run besides that of version 2.
  std::vector<Cgroup> of_the_run() const;
  // Also those that are not there.
  std::vector<Cgroup> wanted() const;

  // No launch has a limit any more.
  void end();

  // The processes that step aside with us.
  void keeper_changed(pid_t keeper) { keeper_ = keeper; }

 private:
  struct Place {
    std::string_view controller;
    std::optional<Cgroup> run;  // in the controller's own hierarchy
    bool enabled = false;       // in version 2
  };
  struct Limit;
  StartResult<std::optional<Cgroup>> put(const Limit& limit, const std::string& launch,
                                         const std::optional<Cgroup>& unified);
  int enable(Place& place);
  int step_aside();
  std::string own() const;
  std::string aside() const { return unified_ + ".daemon"; }

  std::string unified_;
  pid_t keeper_;
  std::vector<Place> places_;
};

// How often the kernel has killed a process in it because its memory was used up, as memory.events
// or memory.oom_control have it. It is nothing where the kernel does not count.
std::optional<uint64_t> times_out_of_memory(const Cgroup& cgroup);

// The bytes that are used in it. It is nothing where the kernel does not count.
std::optional<uint64_t> memory_used(const Cgroup& cgroup);
std::optional<uint64_t> microseconds_of_cpu(const Cgroup& cgroup);

}  // namespace muster
