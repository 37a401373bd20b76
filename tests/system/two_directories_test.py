"""An app is its name and its directory: those of two directories never meet, and none loses itself
when a link flips, when its directory is moved, or when somebody dies while it is named."""

import json
import os
import signal
import subprocess

import pytest

import isolation
import proc
from daemon import STAYS
from home import BIN
from waiting import PATIENCE, wait_for


class Machine:
    """Directories of apps, and their daemons in the background."""

    def __init__(self, home):
        self.home = home
        self.started = set()

    def make(self, name, **types):
        directory = self.home.path / name
        directory.mkdir(parents=True, exist_ok=True)
        types = types or {"job": STAYS}
        (directory / "Procfile").write_text(
            "".join(f"{name}: {text}\n" for name, text in types.items()))
        isolation.allow_runs(directory)
        return directory

    def musterd(self, directory, *words, port=True):
        port = ["-p", str(self.home.port)] if port else []
        return subprocess.run(
            [str(BIN / "musterd"), "-d", *port, *words, str(directory)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
            env=self.home.environment)

    def start(self, directory, *words, **options):
        """What it says on its way into the background."""
        done = self.musterd(directory, *words, **options)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def ctl(self, directory, *words):
        return subprocess.run([str(BIN / "ctl"), *words], cwd=directory, capture_output=True,
                              stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE,
                              env={**self.home.environment, "PWD": str(directory)})

    def ok(self, directory, *words):
        done = self.ctl(directory, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self, directory, *words):
        return json.loads(self.ok(directory, *words, "status", "--json"))

    def rows(self, directory, *words):
        return json.loads(self.ok(directory, *words, "ps", "--json"))

    def cwd_of(self, directory, process="job.1"):
        def probe():
            pid = next((row.get("pid") for row in self.rows(directory)
                        if row["process"] == process and row["state"] == "up"), None)
            return pid and os.readlink(f"/proc/{pid}/cwd")
        return wait_for(f"{process} to be up", probe)

    def running(self):
        rows = json.loads(self.ok(self.home.path, "apps", "--json"))
        return [row for row in rows if row["state"] != "stopped"]

    def end(self):
        for row in self.running():
            self.ok(self.home.path, "-a", row["app"], "shutdown")


@pytest.fixture
def machine(home):
    machine = Machine(home)
    yield machine
    machine.end()


def test_ctl_never_steers_the_app_of_another_directory(machine):
    a, b = machine.make("a/site", job=STAYS), machine.make("b/site", other=STAYS)
    machine.start(a)
    for words in (["ps"], ["scale", "job=2"], ["shutdown"], ["logs"]):
        done = machine.ctl(b, *words)
        assert done.returncode == 3, done.stderr
        assert str(a) in done.stderr and str(b) in done.stderr, done.stderr
    assert machine.ok(a, "scale").strip() == "job=1"
    assert machine.ok(b, "-a", "site", "scale").strip() == "job=1"


def test_a_second_directory_has_a_name_of_its_own_that_is_told_and_kept(machine):
    a, b = machine.make("a/site", job=STAYS), machine.make("b/site", other=STAYS)
    assert "site-2" not in machine.start(a)
    told = machine.start(b)
    assert "'site-2'" in told and str(a) in told and str(b) in told, told
    assert machine.ok(b, "scale").strip() == "other=1"
    assert machine.status(b)["app"] == "site-2" and machine.status(a)["app"] == "site"
    machine.ok(a, "shutdown")
    machine.ok(b, "scale", "other=2")
    machine.ok(b, "shutdown")
    assert "'site-2'" in machine.start(b)
    assert machine.ok(b, "scale").strip() == "other=2"


def test_a_name_that_another_directory_has_is_refused_with_both(machine):
    a, b = machine.make("a/site"), machine.make("b/page")
    machine.start(a)
    for _ in range(2):
        done = machine.musterd(b, "--app", "site")
        assert done.returncode == 1
        assert str(a) in done.stderr and str(b) in done.stderr, done.stderr
        if machine.running():
            machine.ok(a, "shutdown")


def test_a_link_that_flips_keeps_its_app_and_counts_at_the_next_reload_and_restart(machine):
    first, second = machine.make("releases/1"), machine.make("releases/2", job=STAYS, more=STAYS)
    current = machine.home.path / "current"
    current.symlink_to(first)
    machine.start(current)
    machine.ok(current, "scale", "job=2")
    assert machine.cwd_of(current) == str(first)

    def flip(target):
        (machine.home.path / "next").symlink_to(target)
        (machine.home.path / "next").rename(current)
    flip(second)
    assert machine.status(current)["app"] == "current"
    assert "directory" in machine.ok(current, "reload")
    wait_for("the new target", lambda: machine.cwd_of(current) == str(second))
    assert machine.ok(current, "scale").strip() == "job=2 more=0"
    flip(first)
    machine.ok(current, "restart", "job.1")
    wait_for("the old target", lambda: machine.cwd_of(current) == str(first))
    machine.ok(current, "shutdown")
    flip(second)
    machine.start(current)
    assert machine.ok(current, "scale").strip().startswith("job=2 ")
    assert machine.cwd_of(current) == str(second)


def test_a_directory_that_is_renamed_keeps_its_state(machine):
    site = machine.make("a/site")
    machine.start(site)
    machine.ok(site, "scale", "job=3")
    machine.ok(site, "shutdown")
    page = site.rename(site.parent / "page")
    assert "moved from" in machine.start(page)
    assert machine.status(page)["app"] == "site"
    assert machine.ok(page, "scale").strip() == "job=3"
    assert machine.cwd_of(page) == str(page)


def test_two_directories_that_start_at_once_never_get_one_name(machine):
    directories = [machine.make(f"{letter}/site") for letter in "abcd"]
    starts = [subprocess.Popen([str(BIN / "musterd"), "-d", "-p", str(machine.home.port), str(at)],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env=machine.home.environment) for at in directories]
    for start in starts:
        assert start.wait(PATIENCE) == 0, start.stderr.read()
        start.stderr.close()
    names = {str(at): machine.status(at)["app"] for at in directories}
    assert sorted(names.values()) == ["site", "site-2", "site-3", "site-4"]
    assert {str(at): machine.status(at)["directory"] for at in directories} == \
        {str(at): str(at) for at in directories}


def test_a_start_that_is_killed_leaves_names_as_they_were(machine):
    a, b = machine.make("a/site"), machine.make("b/site")
    machine.start(a)
    for microseconds in range(0, 40_000, 4_000):
        start = subprocess.Popen(
            ["timeout", "-s", "KILL", str(microseconds / 1e6 or 1e-6), str(BIN / "musterd"), "-d",
             "-p", str(machine.home.port), str(b)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=machine.home.environment)
        start.wait(PATIENCE)
        done = machine.ctl(b, "-a", "site-2", "shutdown")
        assert done.returncode in (0, 3), done.stderr
        for pid in machine.home.processes:
            if b"musterd" in proc.command(pid).encode() and str(b) in proc.command(pid):
                os.kill(pid, signal.SIGKILL)
    assert "'site-2'" in machine.start(b)
    assert machine.status(b)["app"] == "site-2" and machine.status(a)["app"] == "site"


def test_the_state_of_an_earlier_version_is_taken_over(machine):
    a, b = machine.make("a/site"), machine.make("b/site")
    machine.start(a)
    machine.ok(a, "scale", "job=2")
    machine.ok(a, "shutdown")
    (machine.home.path / "state" / "site" / "identity").unlink()
    assert "'site-2'" in machine.start(b)
    machine.start(a)
    assert machine.ok(a, "scale").strip() == "job=2"


def test_an_identity_that_was_taken_away_is_written_anew(app):
    app.procfile(job=STAYS)
    app.start()
    path = app.home.state / "identity"
    before = path.read_text()
    path.unlink()
    wait_for("the identity", lambda: path.exists() and path.read_text() == before)


def test_each_app_has_ports_of_its_own_that_are_kept(machine):
    a, b = machine.make("a/site"), machine.make("b/site")
    machine.start(a, port=False)
    machine.start(b, port=False)

    def port(directory):
        return machine.rows(directory)[0]["port"]
    first, second = port(a), port(b)
    assert abs(first - second) >= 1000
    machine.ok(a, "shutdown")
    machine.ok(b, "shutdown")
    machine.start(b, port=False)
    machine.start(a, port=False)
    assert (port(a), port(b)) == (first, second)
    machine.ok(b, "shutdown")
    machine.start(b)
    machine.ok(b, "shutdown")
    machine.start(b, port=False)
    assert port(b) == machine.home.port


def test_apps_that_start_at_once_have_different_ports(machine):
    directories = [machine.make(name) for name in ("one", "two", "three")]
    starts = [subprocess.Popen([str(BIN / "musterd"), "-d", str(at)], stdin=subprocess.DEVNULL,
                               env=machine.home.environment) for at in directories]
    assert [start.wait(PATIENCE) for start in starts] == [0, 0, 0]
    assert len({machine.rows(at)[0]["port"] for at in directories}) == 3
