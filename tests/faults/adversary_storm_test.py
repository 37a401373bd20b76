"""Kills of the supervisor, of its keeper and of both, while somebody takes away, hides, damages and
puts back the daemon's files, before a kill or at the same instant: no process twice, none lost from
sight, every line once and in order, every number once, and all of it told."""

import os
import random
import shutil
import signal

import pytest

import proc
from daemon import STAYS
from waiting import wait_for

# A burst of lines for each byte that comes in.
WRITER = ("i=0; while read x < burst; do for n in 1 2 3 4 5 6 7 8 9 10; do echo $i; i=$((i+1)); "
          "done; done")
WRITERS = 3
FILES = ["lock", "control", "operate", "read", "bus", "notify", "ledger", "shown", "in-force"]


class Adversary:
    def __init__(self, app, chance):
        self.app, self.chance = app, chance
        self.runtime, self.state = app.home.runtime, app.home.state
        self.old = app.home.path / "old"
        self.number = 0

    def remember(self):
        shutil.rmtree(self.old, ignore_errors=True)
        self.old.mkdir()
        for place in self.runtime, self.state:
            wait_for("a ledger that was taken away to be back", (place / "ledger").exists)
            shutil.copyfile(place / "ledger", self.old / place.parent.name)

    def act(self, windows_too):
        """One deed; the windows, where what was read waits, only if somebody still holds them."""
        deeds = [self.remove_file, self.garbage, self.directory, self.old_ledger,
                 self.zeroed_ledger, self.state_files]
        if windows_too:
            deeds += [self.remove_all, self.move_all_away, self.remove_windows]
        deed = self.chance.choice(deeds)
        deed()
        return deed.__name__

    def file(self):
        return self.runtime / self.chance.choice(FILES)

    def clear(self, path):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def remove_file(self):
        self.clear(self.file())

    def garbage(self):
        path = self.file()
        self.clear(path)
        path.write_bytes(self.chance.randbytes(300))

    def directory(self):
        path = self.file()
        self.clear(path)
        path.mkdir()

    def old_ledger(self):
        for place in self.runtime, self.state:
            self.clear(place / "ledger")
            shutil.copyfile(self.old / place.parent.name, place / "ledger")

    def zeroed_ledger(self):
        for place in self.runtime, self.state:
            if (place / "ledger").is_file():
                (place / "ledger").write_bytes(bytes(100))

    def state_files(self):
        for name in "lock", "ledger", "formation":
            self.clear(self.state / name)

    def remove_windows(self):
        self.clear(self.runtime / "windows")

    def remove_all(self):
        shutil.rmtree(self.runtime)

    def move_all_away(self):
        self.number += 1
        self.runtime.rename(self.app.home.path / f"away{self.number}")


def answered(app):
    wait_for("an answer", lambda: app.ctl("status").returncode == 0)
    return app.status()


def printed(app):
    return app.status()["lines"]


def kill(app, adversary, who):
    """Both stand still while the deed is done; then some of them die and the others go on."""
    status = answered(app)
    keeper, supervisor = status["keeper_pid"], status["supervisor_pid"]
    for pid in keeper, supervisor:
        os.kill(pid, signal.SIGSTOP)
    deed = adversary.act(windows_too=who != "both")
    app.home.abandoned_cgroups |= app.home.cgroups
    app.home.cgroups = set()
    for pid, dies in (keeper, who != "supervisor"), (supervisor, who != "keeper"):
        os.kill(pid, signal.SIGKILL if dies else signal.SIGCONT)
    if who != "supervisor" and app.popen.pid == keeper:
        app.popen.wait()
    if who == "both":
        wait_for("its end", lambda: not proc.alive(supervisor))
        app.start(wait=False)
    wait_for("an answer", lambda: app.ctl("status").returncode == 0)
    if who == "keeper":
        wait_for("another keeper", lambda: app.status()["keeper_pid"] not in (keeper, 0))
    elif who == "supervisor":
        app.successor(supervisor)
    return deed


@pytest.mark.row("A21", "A22")
@pytest.mark.parametrize("rounds", [12, pytest.param(500, marks=pytest.mark.long)])
def test_storm(app, rounds):
    seed = random.randrange(10 ** 9)
    print("seed", seed)
    chance = random.Random(seed)
    app.procfile(writer=WRITER, idle=STAYS)
    bursts = app.gate("burst")
    app.start("-m", f"writer={WRITERS},idle=2", env={"MUSTER_RESTART_MS": "1"})
    names = [f"writer.{n}" for n in range(1, WRITERS + 1)] + ["idle.1", "idle.2"]
    before = {name: app.pid(name) for name in names}
    adversary = Adversary(app, chance)
    for number in range(rounds):
        adversary.remember()
        lines = printed(app)
        for _ in range(WRITERS):
            bursts.open()
        who = chance.choice(["supervisor", "keeper", "both"])
        deed = kill(app, adversary, who)
        print(number, who, deed)
        assert {row["process"]: row["pid"] for row in app.rows()} == before
        for name, pid in before.items():
            assert [one for one in app.tree(name) if os.getsid(one) == one] == [pid]
        wait_for("all lines", lambda at=lines: printed(app) >= at + 10 * WRITERS)
    assert app.formation() == f"idle=2 writer={WRITERS}"
    records = app.records("--from", 1)
    numbers = [record["seq"] for record in records]
    assert numbers == sorted(numbers)
    for name in names[:WRITERS]:
        lines = [int(r["line"]) for r in records if r["process"] == name and r["source"] == "app"]
        assert lines == list(range(len(lines)))
    assert any(record["process"] == "files" for record in records)
