// See privileges.h. By number, as <linux/capability.h> has them, which is not there for every C
// library.
#include "daemon/exec/privileges.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace muster {
namespace {

// The capabilities that a program of root needs among its own files and processes. Not to mount, to
// make devices, to trace, to set the clock or the network, to open files by handle.
namespace cap {
constexpr int chown = 0, dac_override = 1, fowner = 3, fsetid = 4, kill = 5, setgid = 6, setuid = 7,
              setpcap = 8, net_bind_service = 10, net_raw = 13, sys_chroot = 18, audit_write = 29,
              setfcap = 31;
constexpr uint64_t kept = 1ULL << chown | 1ULL << dac_override | 1ULL << fowner | 1ULL << fsetid |
                          1ULL << kill | 1ULL << setgid | 1ULL << setuid | 1ULL << setpcap |
                          1ULL << net_bind_service | 1ULL << net_raw | 1ULL << sys_chroot |
                          1ULL << audit_write | 1ULL << setfcap;
}  // namespace cap
constexpr int most_capabilities = 64;

bool has_given_up = false;

// The kernel's own layout, of version 3: the lower and the upper half of each set.
struct Capabilities {
  struct {
    uint32_t effective, permitted, inheritable;
  } half[2];
};
struct {
  uint32_t version = 0x20080522;
  int pid = 0;  // ours
} header;

uint32_t half_of(uint64_t set, int half) { return static_cast<uint32_t>(set >> 32 * half); }

bool read_sets(Capabilities& found) { return syscall(SYS_capget, &header, &found) == 0; }

// The permitted ones among these are in effect afterwards, and the rest in no set.
bool keep_capabilities(uint64_t set) {
  // A kernel without ambient ones does not know what to clear.
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
    return false;
  Capabilities now;
  if (!read_sets(now)) return false;
  for (int i = 0; i < 2; ++i) {
    auto& half = now.half[i];
    half.permitted &= half_of(set, i);
    half.effective = half.permitted;
    half.inheritable = 0;
  }
  return syscall(SYS_capset, &header, &now) == 0;
}

bool get_no_more() { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }

// Those that are lacking already need not be dropped. A process that may drop none has another way
// to gain no more by executing something, as long as it lives.
bool bound() {
  for (int capability = 0; capability < most_capabilities; ++capability) {
    if ((cap::kept >> capability & 1) != 0) continue;
    const int is_there = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (is_there < 0) return errno == EINVAL;  // there are no more
    if (is_there > 0 && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return get_no_more();
  }
  return true;
}

bool gets_no_more() { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

bool has_only_kept() {
  Capabilities now;
  if (!read_sets(now)) return false;
  for (int i = 0; i < 2; ++i) {
    auto& [effective, permitted, inheritable] = now.half[i];
    if (((effective | permitted) & ~half_of(cap::kept, i)) != 0 || inheritable != 0) return false;
  }
  for (int capability = 0; capability < most_capabilities; ++capability) {
    const bool may_be_there = gets_no_more() || (cap::kept >> capability & 1) != 0;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) > 0 ||
        (!may_be_there && prctl(PR_CAPBSET_READ, capability, 0, 0, 0) > 0))
      return false;
  }
  return true;
}

}  // namespace

bool give_up_privileges() {
  has_given_up = true;
  return refuse_system_calls() && bound() && keep_capabilities(cap::kept);
}

bool are_privileges_settled() {
  if (!has_given_up) return true;
  if (geteuid() != 0 && !get_no_more()) return false;
  errno = EPERM;
  return has_only_kept();
}

bool give_up_all_capabilities() { return keep_capabilities(0); }

}  // namespace muster
