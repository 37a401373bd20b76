"""The example subscribers, of the bus and following, written from PROTOCOL.md alone."""

import random
import subprocess

import proc
import pytest
from home import REPOSITORY
from waiting import wait_for

WHERE = REPOSITORY / "examples" / "subscribers"
COMMANDS = {
    "python": ["/usr/bin/python3", WHERE / "python" / "tail.py"],
    "python-follow": ["/usr/bin/python3", WHERE / "python" / "follow.py"],
    "javascript": ["node", WHERE / "javascript" / "tail.js"],
    "javascript-follow": ["node", WHERE / "javascript" / "follow.js"],
}
STORY = ("seq 5000; echo half; while [ ! -e go ]; do sleep 0.05; done; "
         "seq 5001 10000; echo end; exec sleep 1000")


class Follower:
    """A subscriber that writes into a file, with the number of each record and line in front."""

    def __init__(self, app, language, *options):
        self.path = app.home.path / f"{language}.out"
        self.process = None
        self.command = [str(word) for word in COMMANDS[language]]
        self.options = ["-a", "app", "--numbers", *options]
        self.environment = app.home.environment

    def start(self, first):
        with open(self.path, "ab") as out:
            self.process = subprocess.Popen(
                [*self.command, *self.options, "--from", str(first)],
                stdout=out, stderr=subprocess.STDOUT, env=self.environment)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def text(self):
        return self.path.read_text() if self.path.exists() else ""

    def drop_last_record(self):
        """What was written last may be torn: forget it, and return its number to begin with."""
        lines = self.text().splitlines(keepends=True)
        while lines and not lines[-1].endswith("\n"):
            lines.pop()
        if not lines:
            self.path.write_text("")
            return 1
        last = lines[-1].split()[0]
        self.path.write_text("".join(line for line in lines if line.split()[0] != last))
        return int(last)


def numbers_printed(text):
    words = [line.split("app[alpha.1]: ")[1] for line in text.splitlines() if "]: " in line
             and "app[alpha.1]: " in line]
    return [int(word) for word in words if word.isdigit()]


@pytest.mark.parametrize("language", COMMANDS)
def test_history_then_live_every_line_once(app, language):
    app.procfile(alpha=STORY)
    app.start()
    app.wait_log("app[alpha.1]: half")
    follower = Follower(app, language)
    follower.start(1)
    try:
        wait_for("history", lambda: "]: half\n" in follower.text())
        app.write("go", "")
        wait_for("live lines", lambda: "]: end\n" in follower.text())
    finally:
        follower.kill()
    assert numbers_printed(follower.text()) == list(range(1, 10001))


@pytest.mark.parametrize("language", COMMANDS)
def test_a_filter_takes_its_own_lines_only(app, language):
    app.procfile(alpha=STORY, beta="while echo noise; do sleep 0.01; done")
    app.start()
    follower = Follower(app, language, "--topic", "log/alpha.1/")
    follower.start(1)
    try:
        app.write("go", "")
        wait_for("all lines", lambda: "]: end\n" in follower.text())
    finally:
        follower.kill()
    assert numbers_printed(follower.text()) == list(range(1, 10001))
    assert "noise" not in follower.text()


@pytest.mark.parametrize("language", COMMANDS)
def test_killed_at_random_points_and_resumed_every_line_once(app, language):
    app.procfile(alpha="for i in $(seq 60); do seq $((i * 1000 - 999)) $((i * 1000)); sleep 0.03; "
                       "done; echo end; exec sleep 1000")
    app.start()
    follower = Follower(app, language)
    first = 1
    chance = random.Random(7)
    for _ in range(10):
        size = len(follower.text())
        enough = size + chance.randrange(1, 100_000)
        follower.start(first)
        wait_for("some more", lambda: len(follower.text()) > enough
                 or "]: end\n" in follower.text())
        follower.kill()
        first = follower.drop_last_record()
    follower.start(first)
    try:
        wait_for("the rest", lambda: "]: end\n" in follower.text())
    finally:
        follower.kill()
    assert numbers_printed(follower.text()) == list(range(1, 60001))


@pytest.mark.parametrize("language", COMMANDS)
def test_a_daemon_that_was_killed_and_comes_back_is_followed_on(app, language):
    app.procfile(alpha="seq 3000; echo end; while echo on; do sleep 0.01; done")
    app.start()
    follower = Follower(app, language)
    follower.start(1)
    wait_for("the first daemon's lines", lambda: follower.text().count("]: on\n") > 10)
    app.kill_hard()
    for pid in app.home.processes:
        if pid != follower.process.pid:
            proc.kill(pid)
    app.start()

    def both_daemons():
        if follower.process.poll() is not None:  # it took longer than a follower waits
            follower.start(follower.drop_last_record())
        return follower.text().count("]: end\n") == 2

    try:
        wait_for("the second daemon's lines", both_daemons)
    finally:
        follower.kill()
    lines = [line.split() for line in follower.text().splitlines(keepends=True)
             if line.endswith("\n") and line[0].isdigit()]
    assert [int(words[1]) for words in lines] == list(range(1, len(lines) + 1))
