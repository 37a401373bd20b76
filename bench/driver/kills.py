"""The tools of `bench/kill`: how each is started with what keeps its children's lines, which of its
processes is killed, and when it is back."""

import contextlib
import glob
import json
import os
import random
import signal
import subprocess

import peers
import tools
from measure import LOAD, is_running, read


def command_of(pid):
    return read(f"/proc/{pid}/cmdline").rstrip("\0").split("\0")


class Muster(tools.Muster):
    """The supervisor. It is back when `ctl` is answered by another one. That a keeper waits before
    it starts one when many have died within ten seconds is switched off."""

    def __init__(self, place):
        super().__init__(place)
        self.environment["MUSTER_RESTART_MS"] = "0"

    def victim(self):
        return self.supervisor

    def is_back(self, _):
        status = json.loads(self.ctl("status", "--json"))
        before, self.supervisor = self.supervisor, status["supervisor_pid"]
        return self.supervisor != before

    def lines(self):
        return self.ctl("logs", "-n", "100000000").splitlines()


class WithFiles:
    def lines(self):
        for path in self.files():
            with open(path, "rb") as file:
                yield from file.read().splitlines(keepends=True)


class Supervisord(WithFiles, peers.Supervisord):
    """Nothing starts it again but its user, here at once."""

    def start(self, groups, live=None):
        self.groups = groups
        super().start(groups, live)

    def victim(self):
        return self.running[-1].pid

    def is_back(self, victim):
        self.running[-1].wait()
        self.running.pop()
        self.start(self.groups)
        return self.victim() != victim


class Logged(WithFiles):
    """A supervisor and a logger for each service, the one or the other of which is killed."""
    names = ()

    def write_service(self, directory, command):
        super().write_service(directory, command)
        out = f"{self.place}/log.{os.path.basename(directory)}"
        os.mkdir(out)
        super().write_service(f"{directory}/log", self.logger(out))

    def files(self):
        return sorted(glob.glob(f"{self.place}/log.*/[@c]*"))

    def workers(self):
        return [pid for pid in self.processes()
                if os.path.basename(command_of(pid)[0]) in self.names]

    def victim(self):
        pid = random.choice(self.workers())
        self.killed = command_of(pid)
        return pid

    def is_back(self, victim):
        return any(command_of(pid) == self.killed for pid in self.workers() if pid != victim)


class S6(Logged, peers.S6):
    names = ("s6-supervise", "s6-log")

    def logger(self, out):
        return f"s6-log t n100 s16777215 {out}"


class Runit(Logged, peers.Runit):
    names = ("runsv", "svlogd")

    def logger(self, out):
        return f"svlogd -tt {out}"


class Pm2(WithFiles, peers.Pm2):
    """Nothing starts it again but its user, here at once."""

    def start(self, groups, live=None):
        self.groups = groups
        super().start(groups, live)

    def victim(self):
        return self.roots()[0]

    def is_back(self, victim):
        self.start(self.groups)
        return self.roots() != [victim]


def loads_that_run(place):
    """Of this run, whoever their parent is."""
    mark = f"BENCH_DIR={place}\0"
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            if command_of(pid)[0] == LOAD and is_running(pid)
            and mark in read(f"/proc/{pid}/environ")]


def end(tool):
    """Politely, then everybody whom the kills have torn from it."""
    family = set(tool.processes())
    with contextlib.suppress(subprocess.TimeoutExpired, OSError):
        tool.stop()
    for pid in family | set(loads_that_run(tool.place)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


ALL = [kind for kind in (Muster, S6, Runit, Supervisord, Pm2) if kind.installed()]
