// See rights.h. The filter is a list of what is refused, with an error that the caller gets: a
// library that tries to do more than it must goes on without. The list leaves out the calls that
// the program needs, and those by which nothing is changed.
#include "front/rights.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <vector>

namespace muster {
namespace {

constexpr rlim_t most_descriptors = 1024;
// All that clients may be owed, and a message of the largest size of each, need less than a fourth
// of it; the rest is room for what the C library reserves for each thread.
constexpr rlim_t most_memory = rlim_t(2) << 30;

#if defined(__x86_64__)
constexpr uint32_t own_machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t own_machine = AUDIT_ARCH_AARCH64;
#else
#error "the filter of system calls does not know this machine"
#endif
constexpr uint32_t first_of_x32 = 0x40000000;

// The numbers from 424 on are the same on every machine, and are not in every C library.
constexpr uint32_t refused_calls[] = {
    // ---- other programs and processes
    SYS_execve, SYS_execveat, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_setns, SYS_unshare,
    424 /* pidfd_send_signal */, 434 /* pidfd_open */, 438 /* pidfd_getfd */,
    440 /* process_madvise */,
    // ---- files
    SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_mknodat, SYS_linkat, SYS_symlinkat,
    SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_truncate, SYS_ftruncate, SYS_fallocate,
    SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_utimensat, SYS_chroot, SYS_pivot_root,
    SYS_mount, SYS_umount2, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_swapon, SYS_swapoff,
    SYS_quotactl, SYS_acct, 428, 429, 430, 431, 432, 433, 442, 443, 452, 467,
#if defined(__x86_64__)
    SYS_creat, SYS_rename, SYS_unlink, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_link, SYS_symlink,
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_fork, SYS_vfork,
    SYS_modify_ldt, SYS_iopl, SYS_ioperm,
#endif
    // ---- the kernel
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl,
    SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_reboot,
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname,
    SYS_setdomainname, SYS_syslog, SYS_personality, SYS_io_setup, 425, 426, 427 /* io_uring */,
    // ---- another user
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
    SYS_setfsuid, SYS_setfsgid, SYS_capset};
// Their flags lie in memory, where no filter looks; a C library goes on with the older ones.
constexpr uint32_t missing_calls[] = {435 /* clone3 */, 437 /* openat2 */};
constexpr uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
constexpr uint32_t writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    put(BPF_JMP | BPF_JEQ | BPF_K, own_machine, 1, 0);
    put(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    load_number();
#if defined(__x86_64__)
    put(BPF_JMP | BPF_JGE | BPF_K, first_of_x32, 0, 1);
    refuse(ENOSYS);
#endif
    for (const uint32_t number : missing_calls) refuse_call(number, ENOSYS);
    for (const uint32_t number : refused_calls) refuse_call(number, EPERM);
    // Each of these is refused if its argument is as told.
    refuse_call_unless(SYS_clone, 0, BPF_JSET, {CLONE_THREAD});
    refuse_call_unless(SYS_tgkill, 0, BPF_JEQ, {static_cast<uint32_t>(::getpid())});
    refuse_call_unless(SYS_socket, 0, BPF_JEQ, {std::begin(families), std::end(families)});
    refuse_call_if(SYS_openat, 2, writes);
#if defined(__x86_64__)
    refuse_call_if(SYS_open, 1, writes);
#endif
    put(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }

  bool is_taken() {
    sock_fprog program{static_cast<uint16_t>(code_.size()), code_.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  }

 private:
  void put(int code, uint32_t value, uint8_t if_true = 0, uint8_t if_false = 0) {
    code_.push_back({static_cast<uint16_t>(code), if_true, if_false, value});
  }
  void load(size_t offset) { put(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
  void load_number() { load(offsetof(seccomp_data, nr)); }
  // The lower half of an argument, which is all that the kernel looks at here.
  void load_argument(size_t number) {
    load(offsetof(seccomp_data, args) + number * sizeof(uint64_t));
  }
  void refuse(uint32_t error) { put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error); }
  void refuse_call(uint32_t number, uint32_t error) {
    put(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    refuse(error);
  }
  void refuse_call_if(uint32_t number, size_t argument, uint32_t bits) {
    put(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    load_argument(argument);
    put(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    refuse(EPERM);
    load_number();
  }
  void refuse_call_unless(uint32_t number, size_t argument, int comparison,
                          const std::vector<uint32_t>& values) {
    const auto count = static_cast<uint8_t>(values.size());
    put(BPF_JMP | BPF_JEQ | BPF_K, number, 0, static_cast<uint8_t>(count + 3));
    load_argument(argument);
    for (uint8_t i = 0; i < count; i++)
      put(BPF_JMP | comparison | BPF_K, values[i], static_cast<uint8_t>(count - i), 0);
    refuse(EPERM);
    load_number();
  }

  std::vector<sock_filter> code_;
};

void limit(int resource, rlim_t most) {
  rlimit limits{};
  ::getrlimit(static_cast<__rlimit_resource_t>(resource), &limits);
  limits.rlim_max = std::min(limits.rlim_max, most);
  limits.rlim_cur = limits.rlim_max;
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limits);
}

}  // namespace

Result<> give_up_rights() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, most_descriptors);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno(errno, "no_new_privs");
  if (!has_filter) return {};
  limit(RLIMIT_AS, most_memory);
  if (!Filter().is_taken()) return fail_errno(errno, "the kernel takes no filter of system calls");
  return {};
}

}  // namespace muster
