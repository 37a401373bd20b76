"""What /proc says about processes: who belongs to a test, what a process holds and how it is."""

import os
import signal


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read(pid, name):
    """A file of a process as bytes; empty if the process has gone."""
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def status(pid, field):
    for line in read(pid, "status").decode(errors="replace").splitlines():
        if line.startswith(field + ":"):
            return line.split(":", 1)[1].strip()
    return None


def memory(pid):
    """Bytes that are the process's own: without files and shared memory."""
    return int(status(pid, "RssAnon").split()[0]) << 10


def state(pid):
    """One letter (R, S, T, Z...), or None if there is no such process."""
    return (status(pid, "State") or "")[:1] or None


def alive(pid):
    return state(pid) not in (None, "Z")


def command(pid):
    return read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()


def environment(pid):
    pairs = read(pid, "environ").split(b"\0")
    return dict(pair.decode(errors="replace").split("=", 1) for pair in pairs if b"=" in pair)


def with_environment(name, value):
    """The living processes with NAME=VALUE in their environment, but not this one."""
    wanted = f"{name}={value}".encode()
    return [pid for pid in pids()
            if pid != os.getpid() and wanted in read(pid, "environ").split(b"\0") and alive(pid)]


def with_command(part):
    return [pid for pid in pids() if part in command(pid) and alive(pid)]


def stayers(mark):
    """Those that were started as `tail -s MARK -f /dev/null`."""
    return [pid for pid in with_command(mark) if command(pid) == f"tail -s {mark} -f /dev/null"]


def children(pid):
    return [int(child) for child in read(pid, f"task/{pid}/children").split()]


def open_files(pid):
    """fd -> what it points to."""
    found = {}
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                found[int(fd)] = os.readlink(f"/proc/{pid}/fd/{fd}")
            except OSError:
                pass
    except OSError:
        pass
    return found


def signals(pid, field):
    """A mask such as SigBlk, SigIgn or SigCgt as a set of numbers."""
    mask = int(status(pid, field), 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def tasks(pid):
    """The ids of its threads."""
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []
