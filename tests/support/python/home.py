"""A place of its own for one test: a MUSTER_HOME, an app directory and a range of ports.

Not the daemon. Keeps: at its end no process is left that had this MUSTER_HOME in its environment,
no cgroup of a daemon that was started in it, and no file.
"""

import os
import random
import shutil
import socket
import tempfile
from pathlib import Path

import launch_cgroups
import proc
from waiting import wait_for

REPOSITORY = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("MUSTER_BIN_DIR", REPOSITORY / "build" / "release" / "bin")).resolve()
PORTS = 1000  # 100 for each of ten types


def listening_ports():
    """Ports in use on this machine, listening or connected."""
    used = set()
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{name}") as file:
                used |= {int(line.split()[1].rsplit(":", 1)[1], 16) for line in list(file)[1:]}
        except FileNotFoundError:
            pass
    return used


def claim_ports():
    """(guard, base): ports base to base + PORTS - 1 are free, and no other test takes them while
    the guard is open. Below the range that the kernel gives to outgoing connections. A connection
    that has ended holds its port for a minute, and a range with such a port is not taken."""
    return wait_for("a free range of ports", free_ports, deadline=120)


def free_ports():
    used = listening_ports()
    bases = list(range(10000, 32000 - PORTS, PORTS))
    random.shuffle(bases)
    for base in bases:
        guard = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            guard.bind(f"\0muster-test-ports-{base}")
        except OSError:
            guard.close()
            continue
        if used.isdisjoint(range(base, base + PORTS)):
            return guard, base
        guard.close()
    return None


class Home:
    def __init__(self):
        self.guard, self.port = claim_ports()
        # Short: a socket's path has room for 107 bytes only.
        self.path = Path(tempfile.mkdtemp(prefix="m", dir="/tmp"))
        self.app = self.path / "app"
        self.app.mkdir()
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("MUSTER_", "PYTEST_", "XDG_"))
                            and key not in ("PORT", "PS", "DYNO")}
        self.environment["MUSTER_HOME"] = str(self.path)
        # The daemons that were started here; and those that could not end in order.
        self.cgroups, self.abandoned_cgroups = set(), set()

    @property
    def processes(self):
        return proc.with_environment("MUSTER_HOME", str(self.path))

    @property
    def runtime(self):
        return self.path / "run" / "app"

    @property
    def state(self):
        return self.path / "state" / "app"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                wait_for("the end of every process of the test", lambda: not self.processes, 10)
        finally:
            left = [f"{pid} {proc.command(pid)}" for pid in self.processes]
            left += [directory for directory in self.cgroups if os.path.exists(directory)]
            for pid in self.processes:
                proc.kill(pid)
            for directory in self.cgroups | self.abandoned_cgroups:
                launch_cgroups.end(directory)
            shutil.rmtree(self.path, ignore_errors=True)
            self.guard.close()
        assert kind or not left, f"left behind: {left}"
