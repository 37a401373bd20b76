"""A replay of which the client reads the records from the journal's files: the daemon only tells it
how far it may read."""

import signal

import pytest
from clients import Follower
from daemon import STAYS
from waiting import wait_for

COUNTS = ("i=0; while [ ! -e enough ]; do i=$((i+1)); echo {pad} $i; {pause}; done; echo x end; "
          + STAYS)
FLOOD = COUNTS.format(pause=":", pad="x" * 100)
STEADY = COUNTS.format(pad="x", pause="[ $((i % 20)) != 0 ] || sleep 0.01")


@pytest.fixture
def told(app):
    made = []

    def make(**wanted):
        made.append(Follower(app, by_file=True, **wanted))
        return made[-1]
    yield make
    for one in made:
        one.close()


class Tail:
    """A `ctl logs -t --json` whose output is gathered in a file."""

    def __init__(self, app, name):
        self.path = app.home.path / name
        with open(self.path, "wb") as out:
            self.ctl = app.begin("logs", "-t", "-n", "100000000", "-s", "app", stdout=out)

    def size(self):
        return self.path.stat().st_size

    def has_ended(self):
        with open(self.path, "rb") as file:
            file.seek(-min(5, self.size()), 2)
            return file.read().endswith(b" end\n")

    def lines(self):
        return [line.rsplit(" ", 1)[-1] for line in self.path.read_text().splitlines()]

    def end(self):
        self.ctl.send_signal(signal.SIGINT)
        assert self.ctl.wait(30) == -signal.SIGINT


def test_the_daemon_tells_how_far_it_has_published_and_sends_no_record(app, told):
    app.procfile(alpha="while read x < go; do echo $x; done", bravo=STAYS)
    go = app.gate("go")
    app.start()
    one = told(topics=["log/alpha.1/"])
    one.ask(credit=16)
    first = one.take()
    assert first["by_file"] and first["live"] and "news" not in first
    assert first["head"] <= app.status()["seq"]
    go.open()
    news = one.take()
    assert news["by_file"] and first["head"] < news["news"][0] <= news["head"]
    assert not one.records


def test_records_of_other_topics_are_no_news(app, told):
    app.procfile(alpha="while read x < go; do echo $x; done", bravo=STAYS)
    go = app.gate("go")
    app.start()
    one = told(topics=["log/bravo.1/"])
    one.ask(credit=16)
    head = one.take()["head"]
    go.open()
    wait_for("a line of alpha", lambda: app.logs("-n", "5", "-p", "alpha", "-s", "app"))
    beat = one.take()  # of the heartbeat
    assert "news" not in beat and beat["head"] > head


def test_only_a_replay_that_follows_is_told(app):
    app.procfile(alpha=STAYS)
    app.start()
    one = Follower(app, by_file=True)
    try:
        one.ask(follow=False)
        refused = one.take()
        assert refused["reply"] == "refused" and "'by_file'" in refused["message"]
    finally:
        one.close()


@pytest.mark.asan
def test_nothing_is_missing_while_supervisors_are_killed(app):
    app.procfile(alpha=STEADY)
    app.start()
    tails = [Tail(app, f"tail.{number}") for number in range(3)]
    for _ in range(3):
        app.kill_supervisor()
        before = [tail.size() for tail in tails]
        wait_for("them to go on", lambda: all(tail.size() > there + 1000
                                              for tail, there in zip(tails, before)))
    app.write("enough", "")
    for tail in tails:
        wait_for("the end", tail.has_ended)
        lines = tail.lines()
        assert lines == [str(number) for number in range(1, len(lines))] + ["end"]
        tail.end()


def test_what_retention_took_from_a_reader_that_was_stopped_is_told(app):
    app.procfile(alpha=FLOOD)
    app.start("--journal-size", "4M")
    tail = Tail(app, "tail")
    wait_for("some lines", lambda: tail.size() > 1000)
    tail.ctl.send_signal(signal.SIGSTOP)
    for _ in "the file that it has open", "others":
        seq = app.status()["seq"]
        wait_for("them to be deleted", lambda: app.status()["journal_oldest_seq"] > seq + 1, 120)
    tail.ctl.send_signal(signal.SIGCONT)
    app.write("enough", "")
    wait_for("the end", tail.has_ended)
    numbers = [int(line) for line in tail.lines() if line.isdigit()]
    assert numbers == sorted(set(numbers)) and len(numbers) < numbers[-1]
    tail.end()
