"""One musterd and its app, as a test sees them: write files, start, ask through ctl, end.

Everything goes through the real binaries. Waiting is for events, with a deadline.
"""

import json
import os
import signal
import subprocess

import isolation
import proc
from gate import Gate
from home import BIN
from waiting import PATIENCE, wait_for

# The command of a process that runs until it is ended.
STAYS = "exec tail -f /dev/null"


class Daemon:
    def __init__(self, home):
        self.home = home
        self.directory = home.app
        self.wrapper = []  # words before the daemon's own command
        self.who = {}      # whom daemon and ctl run as, where that is somebody else
        self.popen = None
        self.output_file = home.path / "musterd.out"
        self.error_file = home.path / "musterd.err"

    # ---- files

    def write(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def procfile(self, **types):
        self.write("Procfile", "".join(f"{name}: {text}\n" for name, text in types.items()))

    def gate(self, name):
        return Gate(self.directory / name)

    # ---- start and end

    def command(self, *options):
        return [*self.wrapper, str(BIN / "musterd"), str(self.directory), "-p", str(self.home.port),
                *map(str, options)]

    def start(self, *options, env=None, wait=True):
        """In the foreground of its own session, its output in files."""
        isolation.allow_runs(self.directory)
        with open(self.output_file, "ab") as out, open(self.error_file, "ab") as err:
            self.popen = subprocess.Popen(
                self.command(*options), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True, env={**self.home.environment, **(env or {})}, **self.who)
        if wait:
            wait_for("the daemon to answer", self.answers)
        return self

    def answers(self):
        assert self.popen.poll() is None, \
            f"musterd ended with {self.popen.returncode}: {self.errors}"
        done = self.ctl("status", "--json")
        if done.returncode == 0 and (cgroup := json.loads(done.stdout)["cgroup"]):
            self.home.cgroups.add(cgroup)
        return done.returncode == 0

    def start_in_background(self, *options, timeout=PATIENCE):
        isolation.allow_runs(self.directory)
        return subprocess.run(self.command("-d", *options), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout,
                              env=self.home.environment)

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, deadline=PATIENCE):
        """The exit status of the foreground daemon."""
        return self.popen.wait(deadline)

    def stop(self, deadline=PATIENCE):
        """Ctrl-C; returns the exit status."""
        self.signal(signal.SIGINT)
        return self.wait(deadline)

    def end(self):
        """Whatever the state of the test: ends the daemon, by force if it must be."""
        if self.popen and self.popen.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.popen.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                seen = self.ctl("ps").stdout + self.ctl("logs", "-n", "30").stdout
                self.popen.kill()
                self.popen.wait()
                raise AssertionError(
                    f"musterd did not end by SIGTERM: {self.errors}{seen}") from None
        elif self.home.processes:
            self.ctl("shutdown")

    # ---- what it printed

    @property
    def output(self):
        return self.output_file.read_text(errors="replace") if self.output_file.exists() else ""

    @property
    def errors(self):
        return self.error_file.read_text(errors="replace") if self.error_file.exists() else ""

    def wait_output(self, part, deadline=PATIENCE):
        return wait_for(f"{part!r} in the daemon's output",
                        lambda: part in self.output and self.output, deadline)

    # ---- ctl

    def ctl(self, *words, input=None, env=None, text=True, timeout=60, cwd=None):
        return subprocess.run(
            [str(BIN / "ctl"), "-a", "app", *map(str, words)], input=input,
            stdin=subprocess.DEVNULL if input is None else None, capture_output=True,
            text=text, errors="replace" if text else None,
            timeout=timeout, cwd=cwd or self.directory,
            env={**self.home.environment, **(env or {})}, **self.who)

    def ok(self, *words, **options):
        """stdout of a ctl that must succeed."""
        done = self.ctl(*words, **options)
        assert done.returncode == 0, f"ctl {words}: {done.returncode}: {done.stderr}{done.stdout}"
        return done.stdout

    def refused(self, *words, status=1, **options):
        """stderr of a ctl that must fail with this exit status."""
        done = self.ctl(*words, **options)
        assert done.returncode == status, f"ctl {words}: {done.returncode}: {done.stderr}"
        assert done.stderr.strip(), "an error must say something on stderr"
        return done.stderr

    def begin(self, *words, **options):
        """A ctl that goes on, with pipes to talk to it. The caller ends it."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **options}
        env = {**self.home.environment, **options.pop("env", {})}
        return subprocess.Popen([str(BIN / "ctl"), "-a", "app", *map(str, words)],
                                cwd=self.directory, env=env, **self.who, **options)

    # ---- questions

    def rows(self, *names):
        return json.loads(self.ok("ps", "--json", *names))

    def row(self, process):
        return next((row for row in self.rows() if row["process"] == process), None)

    def states(self):
        return {row["process"]: row["state"] for row in self.rows()}

    def formation(self):
        return self.ok("scale").strip()

    def pid(self, process):
        """The pid of a process once it is up."""
        return self.wait_state(process, "up")["pid"]

    def status(self):
        return json.loads(self.ok("status", "--json"))

    def pid_of_daemon(self):
        return self.status()["pid"]

    def pid_of_supervisor(self):
        return self.status()["supervisor_pid"]

    def wait_state(self, process, state, deadline=PATIENCE):
        def probe():
            row = self.row(process)
            return row if row and row["state"] == state else None
        return wait_for(f"{process} to be {state}", probe, deadline)

    def wait_states(self, wanted, deadline=PATIENCE):
        return wait_for(f"states {wanted}", lambda: self.states() == wanted, deadline)

    def lines_of(self, *words):
        """Lines end with a newline alone: what was printed may hold what Python takes for one."""
        return self.ok(*words, text=False).decode(errors="replace").split("\n")[:-1]

    def logs(self, *options):
        """Lines without their time: `app[web.1]: Listening`."""
        return [line.split(" ", 1)[1] for line in self.lines_of("logs", *options)]

    def records(self, *options):
        return [json.loads(line) for line in self.lines_of("logs", "--json", *options)]

    def wait_log(self, line, *options, count=1, deadline=PATIENCE):
        """Waits until that very line has been logged `count` times; returns all lines."""
        options = options or ("-n", "100000")

        def probe():
            lines = self.logs(*options)
            return lines if lines.count(line) >= count else None
        return wait_for(f"{count} x {line!r} in the log", probe, deadline)

    def replaced(self, process, old_pid):
        """The row of the process once it is up with another pid."""
        def probe():
            row = self.row(process)
            return row if row["state"] == "up" and row["pid"] != old_pid else None
        return wait_for(f"a new launch of {process}", probe)

    def tree(self, process):
        """Every living process with PS=process in its environment."""
        return [pid for pid in self.home.processes
                if proc.environment(pid).get("PS") == process]

    def kill_supervisor(self):
        """Its keeper starts the next one, whose status is returned."""
        before = self.pid_of_supervisor()
        os.kill(before, signal.SIGKILL)
        return self.successor(before)

    def successor(self, before):
        """The status as the next supervisor tells it."""
        def probe():
            done = self.ctl("status", "--json")
            status = json.loads(done.stdout) if done.returncode == 0 else None
            return status if status and status["supervisor_pid"] != before else None
        return wait_for("the next supervisor to answer", probe)

    def kill_hard(self):
        """Keeper and supervisor, neither of which can do anything about the other's death."""
        status = self.status()
        self.home.abandoned_cgroups |= self.home.cgroups
        self.home.cgroups = set()
        os.kill(status["keeper_pid"], signal.SIGSTOP)
        os.kill(status["supervisor_pid"], signal.SIGKILL)
        os.kill(status["keeper_pid"], signal.SIGKILL)
        if self.popen:
            self.popen.wait()
        wait_for("the supervisor to be gone", lambda: not proc.alive(status["supervisor_pid"]))


# Prints 0, 1, 2, … as fast as it can.
COUNTING = "i=0; while echo $i; do i=$((i+1)); done"


def wait_for_more_lines(app):
    before = app.status()["lines"]
    wait_for("more lines", lambda: app.status()["lines"] > before + 1000)


def assert_counts(app, *processes):
    """Each has printed 0, 1, 2, …: each number once, in order, none torn."""
    for process in processes:
        lines = [line.split(": ", 1)[1]
                 for line in app.logs("-n", 10**8, "-p", process, "-s", "app")]
        assert lines and lines == [str(number) for number in range(len(lines))]


def assert_each_launch_is_told_once(app, status_of, *others):
    """Of each launch one start, then one exit with the status that `status_of(process)` says, or
    one of the others; no two at a time of one process. What runs, with pids; how many exited."""
    running, exits = {}, 0
    for event in app.records("-n", 10**8, "-s", "muster"):
        process = event["process"]
        if event.get("pid"):
            assert process not in running, f"{process} was started beside itself"
            running[process] = event["pid"]
        elif event["line"].startswith("Process exited"):
            assert running.pop(process, None), f"{process} exited twice"
            assert event["line"] in [f"Process exited with status {status}"
                                     for status in (status_of(process), *others)]
            exits += 1
    return running, exits
