"""ctl logs -t goes on with what is printed from now on, also by processes that come later."""

import re
import signal

import pytest
from daemon import STAYS
from waiting import wait_for


class Tail:
    """A ctl logs -t whose output is gathered in a file."""

    def __init__(self, app, *options):
        self.path = app.home.path / "tail.out"
        with open(self.path, "wb") as out:
            self.ctl = app.begin("logs", "-t", *options, stdout=out)

    def wait_for(self, line):
        def probe():
            lines = [text.split(" ", 1)[-1] for text in self.path.read_text().splitlines()]
            return lines if line in lines else None
        return wait_for(f"{line!r} in the tail", probe)

    def end(self):
        self.ctl.send_signal(signal.SIGINT)
        return self.ctl.wait(30)


@pytest.mark.asan
def test_processes_that_are_scaled_in_later(app):
    app.procfile(alpha="echo hello from $PS; exec sleep 1000", bravo="echo $PS; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: hello from alpha.1")
    tail = Tail(app, "-p", "alpha", "-s", "app")
    tail.wait_for("app[alpha.1]: hello from alpha.1")
    app.ok("scale", "alpha=3", "bravo=2")
    tail.wait_for("app[alpha.2]: hello from alpha.2")
    lines = tail.wait_for("app[alpha.3]: hello from alpha.3")
    assert all(line.startswith("app[alpha.") for line in lines)
    tail.end()


def test_no_line_is_lost_or_doubled_between_history_and_now(app):
    app.procfile(alpha="seq 20000; echo end; exec sleep 1000")
    app.start("-m", "alpha=0")
    app.ok("scale", "alpha=1")
    tail = Tail(app, "-n", 100000, "-p", "alpha", "-s", "app")
    lines = tail.wait_for("app[alpha.1]: end")
    assert lines == [f"app[alpha.1]: {n}" for n in range(1, 20001)] + ["app[alpha.1]: end"]
    tail.end()


def test_it_goes_on_after_a_restart_of_the_daemon_or_says_that_it_cannot(app):
    app.procfile(alpha="echo hello; " + STAYS)
    app.start()
    tail = Tail(app, "-s", "app")
    tail.wait_for("app[alpha.1]: hello")
    app.stop()
    assert tail.ctl.wait(30) == 3
    assert tail.ctl.stderr.read().strip()


def test_it_shows_what_a_daemon_says_last_also_one_whose_supervisor_was_replaced(app):
    app.procfile(alpha="trap 'echo bye; echo last; exit 0' TERM; echo hello; "
                       "while read x < never; do :; done")
    app.gate("never")
    app.start("-m", "alpha=3")
    for n in 1, 2, 3:
        app.wait_log(f"app[alpha.{n}]: hello")
    app.kill_supervisor()
    tail = Tail(app)
    tail.wait_for("app[alpha.3]: hello")
    app.ok("shutdown")
    assert tail.ctl.wait(30) == 3
    shown = tail.path.read_text().splitlines()
    assert shown == app.lines_of("logs", "-n", len(shown))


def test_a_tail_that_was_stopped_catches_up_and_misses_nothing(app):
    app.procfile(alpha="echo first; read x < go; seq 300000; echo end; " + STAYS)
    go = app.gate("go")
    app.start()
    tail = Tail(app, "-p", "alpha", "-s", "app")
    tail.wait_for("app[alpha.1]: first")
    tail.ctl.send_signal(signal.SIGSTOP)
    go.open()
    app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1")
    tail.ctl.send_signal(signal.SIGCONT)
    lines = tail.wait_for("app[alpha.1]: end")
    assert lines[1:-1] == [f"app[alpha.1]: {n}" for n in range(1, 300_001)]
    tail.end()


def test_a_tail_that_was_stopped_for_too_long_is_told_what_it_misses(app):
    """Neither the bus nor the journal has it any more."""
    app.procfile(alpha="read x < go; i=0; while [ ! -e enough ]; do i=$((i+1)); echo $i; done; "
                       "echo end; " + STAYS)
    go = app.gate("go")
    app.start("--journal-size", "1M")
    tail = Tail(app)
    tail.wait_for("muster[alpha.1]: State changed from starting to up")
    tail.ctl.send_signal(signal.SIGSTOP)
    begun = app.status()["seq"]
    go.open()
    # The queues of the bus hold 1,256 messages, the kernel what fits into two socket buffers.
    wait_for("many records to be deleted",
             lambda: app.status()["journal_oldest_seq"] > begun + 4000, 120)
    app.write("enough", "")
    app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1")
    tail.ctl.send_signal(signal.SIGCONT)
    *lines, _ = tail.wait_for("app[alpha.1]: end")
    told = r"muster\[logs\]: Error L11 \(Tail buffer overflow\) -> This tail session dropped " \
           r"(\d+) lines? \((\d+)(?: to (\d+))?\): this reader was too slow, and .*; " \
           r"the log goes on at \S+ \(seq (\d+) to (\d+)\)"
    last, told_here, dropped = 0, 0, 0
    for line in lines:
        if lost := re.fullmatch(told, line):
            count, first, until, seq, _ = (int(part or 0) for part in lost.groups())
            assert count == (until or first) - first + 1 and seq > begun
            told_here, dropped = told_here + count, dropped + count
        elif number := re.fullmatch(r"app\[alpha\.1\]: (\d+)", line):
            # A hole is where it was told of, and nowhere else, and is as large as was told.
            assert int(number[1]) - last - 1 == told_here
            last, told_here = int(number[1]), 0
    assert dropped > 1000
    tail.end()


def test_a_log_that_grows_faster_than_it_can_be_read_is_shown_all_the_same(app):
    """Its last lines, as it was when it was asked for; then what follows, or what was missed."""
    app.procfile(alpha="exec yes a line of no interest")
    app.start_in_background("--journal-size", "64M")
    wait_for("a flood", lambda: app.status()["lines"] > 1_000_000)
    assert len(app.ok("logs", "-n", "10", timeout=30).splitlines()) == 10
    follower = app.begin("logs", "-n", "10", "-t", text=True)
    try:
        for _ in range(5_000):
            assert follower.stdout.readline()
    finally:
        follower.kill()
        follower.communicate()
