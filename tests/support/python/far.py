"""Another machine, as ssh sees it: a real sshd on a free port of this one, with keys and a
configuration that are made for one test.

Keeps: the ssh of a test reads no configuration of the user who runs it, and at the end neither
sshd nor a connection that ssh would have kept is left.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import proc
from home import BIN
from programs import need
from terminal import Terminal
from waiting import PATIENCE, wait_for

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid):
    return [found for child in proc.children(pid) for found in [child, *descendants(child)]]


class Far:
    """The machine. `home` is what MUSTER_HOME is over there; on this side it is `near`."""

    def __init__(self, home):
        need("ssh", "ssh-keygen")
        if not SSHD:
            need("sshd")
        self.home = home
        self.place = home.path / "ssh"
        self.near = home.path / "n"
        for directory in (self.place, self.near, self.place / "bin", self.place / "xdg"):
            directory.mkdir(mode=0o700, exist_ok=True)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.place / name],
                           check=True)
        self.key = (self.place / "user.pub").read_text()
        self.allow()
        self.user = getpass.getuser()
        self.variables = {"MUSTER_HOME": home.path, "HOME": self.place}
        self.bin = BIN
        self.port = None
        self.popen = None
        # The program that ctl finds: ssh, with the test's configuration.
        wrapper = self.place / "bin" / "ssh"
        wrapper.write_text(f"#!/bin/sh\necho \"$*\" >> {self.place}/calls\n"
                           f"exec {shutil.which('ssh')} -F {self.place}/config \"$@\"\n")
        wrapper.chmod(0o755)

    def allow(self, options=""):
        place = self.place / "authorized"
        place.write_text(f"{options} {self.key}".lstrip())
        place.chmod(0o600)

    def start(self, *lines):
        """sshd, with these lines in front in its configuration."""
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        self.port = self.port or free_port()
        variables = {**self.variables, "PATH": f"{self.bin}:/usr/bin:/bin"}
        config = [*lines, f"ListenAddress 127.0.0.1:{self.port}", f"HostKey {self.place}/host",
                  f"AuthorizedKeysFile {self.place}/authorized", "PidFile none", "UsePAM no",
                  "PasswordAuthentication no", "KbdInteractiveAuthentication no",
                  "StrictModes no", "PermitRootLogin yes", "MaxStartups 100",
                  "SetEnv " + " ".join(f"{name}={value}" for name, value in variables.items())]
        (self.place / "sshd_config").write_text("\n".join(config) + "\n")
        (self.place / "known").write_text(
            f"[127.0.0.1]:{self.port} {(self.place / 'host.pub').read_text()}")
        (self.place / "config").write_text(
            f"IdentityFile {self.place}/user\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"UserKnownHostsFile {self.place}/known\nGlobalKnownHostsFile none\n"
            "StrictHostKeyChecking yes\n")
        with open(self.place / "sshd.log", "ab") as log:
            self.popen = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", self.place / "sshd_config"], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, env=self.home.environment)
        wait_for("sshd to listen", self.listens)
        return self

    def listens(self):
        assert self.popen.poll() is None, (self.place / "sshd.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def url(self):
        return f"ssh://{self.user}@127.0.0.1:{self.port}"

    @property
    def environment(self):
        """The environment of a user of this side, with another MUSTER_HOME."""
        return {**self.home.environment, "MUSTER_HOME": str(self.near),
                "XDG_CONFIG_HOME": str(self.place / "xdg"),
                "PATH": f"{self.place}/bin:{os.environ['PATH']}"}

    @property
    def calls(self):
        """The lines of words that ssh was called with."""
        place = self.place / "calls"
        return place.read_text().splitlines() if place.exists() else []

    @property
    def masters(self):
        """Where the connections that are kept listen."""
        return sorted(Path(self.near / "run").glob("@*/m")) if (self.near / "run").exists() else []

    def master_pids(self):
        return [pid for pid in proc.with_command(f"{self.near}/run/@")
                if proc.command(pid).startswith("ssh:")]

    def ctl(self, *words, host=True, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True,
                   "timeout": 2 * PATIENCE, "cwd": self.near, "check": False, **options}
        if "input" in options:
            options.pop("stdin")
        target = ["-H", f"{self.url}/app"] if host is True else ["-H", host] if host else []
        return subprocess.run([str(BIN / "ctl"), *target, *map(str, words)],
                              env={**self.environment, **(env or {})}, **options)

    def ok(self, *words, **options):
        done = self.ctl(*words, **options)
        assert done.returncode == 0, f"{words}: {done.returncode}: {done.stderr}{done.stdout}"
        return done.stdout

    def refused(self, *words, status, **options):
        done = self.ctl(*words, **options)
        assert done.returncode == status, f"{words}: {done.returncode}: {done.stderr}{done.stdout}"
        return done.stderr

    def begin(self, *words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen([str(BIN / "ctl"), "-H", f"{self.url}/app", *map(str, words)],
                                cwd=self.near, env=self.environment, **options)

    def write_hosts(self, text):
        place = self.place / "xdg" / "muster" / "hosts"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        return place

    def talk_to(self, process):
        """Attaches to a `cat` on a terminal, is answered, and lets go of it."""
        with Terminal([BIN / "ctl", "-H", f"{self.url}/app", "attach", process], self.environment,
                      self.near) as terminal:
            terminal.wait_shown(f"Attached to {process}".encode())
            terminal.press(b"hi there\n")
            terminal.wait_shown(b"hi there\r\nhi there")
            terminal.press(b"\x10\x11")
            assert terminal.wait_end() == 0

    def stop_sshd(self):
        """The machine is off: nothing listens, and what was connected is not any more."""
        if self.popen and self.popen.poll() is None:
            sessions = descendants(self.popen.pid)
            self.popen.kill()
            self.popen.wait()
            for pid in sessions:
                proc.kill(pid)

    def end(self):
        for master in self.masters:
            subprocess.run(["ssh", "-S", master, "-O", "exit", "-F", "none", "x"], check=False,
                           capture_output=True, timeout=PATIENCE)
        for pid in self.master_pids():
            proc.kill(pid, signal.SIGCONT)
        try:
            wait_for("the end of every connection of ssh", lambda: not self.master_pids())
        finally:
            for pid in self.master_pids():
                proc.kill(pid)
        if self.popen and self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait(PATIENCE)
