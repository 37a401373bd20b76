"""What the kernel says about processes and files, and waiting for it. No word of tools or loads."""

import contextlib
import os
import time

PATIENCE = 120
BIN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../build/release/bin")
LOAD = os.path.realpath(os.path.join(BIN, "bench_load"))


def program(name):
    return os.path.realpath(os.path.join(BIN, name))


def wait_until(what, probe, pause=0.005, patience=PATIENCE):
    """The first true value of probe(); a bench may sleep, its tools do not notice."""
    deadline = time.monotonic() + patience
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience} s for {what}")
        time.sleep(pause)


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_running(pid):
    """A zombie is not: when it is reaped is up to somebody else."""
    stat = read(f"/proc/{pid}/stat")
    return bool(stat) and stat.rpartition(")")[2].split()[0] != "Z"


def parents():
    """pid -> (parent, command), of every process there is."""
    table = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        stat = read(f"/proc/{pid}/stat")
        if stat:
            command, _, rest = stat.partition("(")[2].rpartition(")")
            table[int(pid)] = (int(rest.split()[1]), command)
    return table


def tool_processes(root):
    """The process and what it started, without the loads."""
    table = parents()
    family, found = {root}, True
    while found:
        found = {pid for pid, (parent, _) in table.items() if parent in family} - family
        family |= found
    return sorted(pid for pid in family if pid in table and table[pid][1] != "bench_load")


def cpu_seconds(pids):
    """All threads that run; precise, where /proc/PID/stat counts ticks."""
    total = 0
    for pid in pids:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except (FileNotFoundError, ProcessLookupError):
            continue
        for thread in threads:
            fields = read(f"/proc/{pid}/task/{thread}/schedstat").split()
            total += int(fields[0]) if fields else 0
    return total / 1e9


def prefer(pids):
    """Before whatever else runs on this machine, as far as the kernel groups that by session."""
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w",
                                                encoding="ascii") as file:
            file.write("-15")


def wake_ups(pids):
    total = 0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            for line in read(f"/proc/{pid}/task/{thread}/status").splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
    return total


def memory_bytes(pids):
    """Their share of all memory, pages in common counted once."""
    total = 0
    for pid in pids:
        for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def rows(path):
    """The numbers that the loads have noted, a list per line."""
    return [[int(word) for word in line.split()] for line in read(path).splitlines()]


def size_and_time(files):
    """Bytes in all and the time of the last write, in nanoseconds."""
    size, last = 0, 0
    for path in files:
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            continue
        size += stat.st_size
        last = max(last, stat.st_mtime_ns)
    return size, last


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")
