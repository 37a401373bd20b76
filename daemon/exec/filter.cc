// See privileges.h. Here: the system calls that an isolated program does not need, and by which
// more could be had than a view gives: file systems, namespaces, the machine's keys, what looks
// into the kernel, and a foreign terminal's input. Root lacks the capabilities for most of these as
// well; a new user namespace would give them back. The numbers of each machine are its C library's;
// the layout of a filter is the kernel's, whose headers are not there for every C library.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "daemon/exec/privileges.h"

namespace muster {
namespace {

#if defined(__x86_64__)
constexpr uint32_t native = 0xc000003e, foreign_exit_group = 252;  // of i386
#elif defined(__aarch64__)
constexpr uint32_t native = 0xc00000b7, foreign_exit_group = 248;  // of arm
#else
#error "the filter of system calls does not know this machine"
#endif
constexpr uint32_t foreign_exit = 1;
// From here on x86_64 numbers are those of x32, where a call is another one's twin.
constexpr bool has_x32 = native == 0xc000003e;
constexpr uint32_t first_of_x32 = 0x40000000;

// Those from 424 on have the same number everywhere, and are not in every C library.
constexpr uint32_t refused[] = {
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    428,  // open_tree
    429,  // move_mount
    430,  // fsopen
    431,  // fsconfig
    432,  // fsmount
    433,  // fspick
    442,  // mount_setattr
    467,  // open_tree_attr
    SYS_swapon,
    SYS_swapoff,
    SYS_quotactl,
    443,  // quotactl_fd
    SYS_setns,
    SYS_open_by_handle_at,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_reboot,
    SYS_acct,
};
constexpr uint32_t clone3 = 435;  // whose flags lie in memory; programs go on with clone
// CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET, -TIME.
constexpr uint32_t new_namespaces = 0x7e020080;
constexpr uint32_t put_into_input = 0x5412, console_switches = 0x541c;  // TIOCSTI, TIOCLINUX

// Where a filter finds what it decides by: struct seccomp_data. The kernel looks at the lower half
// of an argument too.
constexpr uint32_t at_number = 0, at_machine = 4, at_argument[] = {16, 24};

struct Instruction {
  uint16_t code;
  uint8_t if_true, if_false;  // how many to pass over
  uint32_t value;
};
constexpr uint16_t load = 0x20, equal = 0x15, at_least = 0x35, any_of = 0x45, answer = 0x06;
constexpr uint32_t allowed = 0x7fff0000, with_error = 0x00050000;

struct Filter {
  uint16_t length = 0;
  Instruction* at = nullptr;
};

constexpr uint8_t next = 0;
constexpr size_t most = 96;  // it has 60
Instruction written[most];
Filter filter{0, written};

void put(uint16_t code, uint32_t value, uint8_t if_true = next, uint8_t if_false = next) {
  written[filter.length++] = {code, if_true, if_false, value};
}
void refuse_if(uint16_t comparison, uint32_t value, uint32_t error) {
  put(comparison, value, next, 1);
  put(answer, with_error | error);
}
// The instructions up to `end_case` are for this number alone.
uint16_t begin_case(uint32_t number) {
  put(equal, number, next, next);
  return static_cast<uint16_t>(filter.length - 1);
}
void end_case(uint16_t begin) {
  put(answer, allowed);
  written[begin].if_false = static_cast<uint8_t>(filter.length - begin - 1);
}

void write_filter() {
  put(load, at_machine);
  put(equal, native, 5, next);
  put(load, at_number);
  put(equal, foreign_exit, 2, next);  // a program of another machine can at least end
  put(equal, foreign_exit_group, 1, next);
  put(answer, with_error | EPERM);
  put(answer, allowed);
  put(load, at_number);
  if (has_x32) refuse_if(at_least, first_of_x32, ENOSYS);
  refuse_if(equal, clone3, ENOSYS);
  constexpr uint32_t makers[] = {SYS_clone, SYS_unshare};
  for (uint32_t number : makers) {
    const uint16_t begin = begin_case(number);
    put(load, at_argument[0]);
    refuse_if(any_of, new_namespaces, EPERM);
    end_case(begin);
  }
  const uint16_t begin = begin_case(SYS_ioctl);
  put(load, at_argument[1]);
  refuse_if(equal, put_into_input, EPERM);
  refuse_if(equal, console_switches, EPERM);
  end_case(begin);
  const auto count = static_cast<uint8_t>(sizeof refused / sizeof refused[0]);
  for (uint8_t i = 0; i < count; ++i) put(equal, refused[i], static_cast<uint8_t>(count - i), next);
  put(answer, allowed);
  put(answer, with_error | EPERM);
}

}  // namespace

bool refuse_system_calls() {
  write_filter();
  constexpr unsigned long filter_mode = 2;  // SECCOMP_MODE_FILTER
  return prctl(PR_SET_SECCOMP, filter_mode, &filter, 0, 0) == 0;
}

}  // namespace muster
