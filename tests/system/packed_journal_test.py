"""Closed segments of the journal are packed while the daemon runs, and nobody who reads notices."""


from daemon import STAYS
from waiting import wait_for

LINES = 200_000
EXPECTED = [f"app[alpha.1]: {n}" for n in range(1, LINES + 1)]
PACKED = 1


def flags(segment):
    with open(segment, "rb") as file:
        return int.from_bytes(file.read(40)[36:], "little")


def segments_of(app):
    return sorted((app.home.state / "journal").glob("*.journal"))


def packed(app):
    """Whether all closed segments are."""
    segments = segments_of(app)
    return len(segments) > 2 and all(flags(segment) & PACKED for segment in segments[:-1])


def plain_bytes(segment):
    """Of a packed one, as its footer says."""
    return int.from_bytes(segment.read_bytes()[-24:-16], "little")


def test_a_journal_whose_closed_segments_are_packed(app):
    app.procfile(alpha=f"seq 1 {LINES}; {STAYS}")
    app.start("--journal-size", "4M")  # segments of 256 KiB
    app.wait_log(EXPECTED[-1], "-n", "1", "-s", "app")
    wait_for("all closed segments to be packed", lambda: packed(app))
    *closed, newest = segments_of(app)
    sizes = [segment.stat().st_size for segment in closed]
    assert sum(sizes) < 0.7 * sum(map(plain_bytes, closed))
    assert app.status()["journal_bytes"] == sum(sizes) + newest.stat().st_size
    assert app.logs("-s", "app", "-n", LINES) == EXPECTED
    assert app.logs("-s", "app", "--from", "1") == EXPECTED
    app.kill_supervisor()
    assert app.logs("-s", "app", "-n", LINES) == EXPECTED
    assert app.stop() == 0
    assert app.logs("-s", "app", "-n", LINES) == EXPECTED, "without a daemon"


def test_a_daemon_that_is_killed_while_it_packs(app):
    app.procfile(alpha=f"seq 1 {LINES}; {STAYS}")
    app.start("--journal-size", "4M")
    journal = app.home.state / "journal"
    app.wait_log(EXPECTED[-1], "-n", "1", "-s", "app")
    for _ in range(5):
        wait_for("a segment that is being packed",
                 lambda: list(journal.glob("*.unfinished")) or packed(app))
        app.kill_supervisor()
        assert app.logs("-s", "app", "-n", LINES) == EXPECTED
    wait_for("all closed segments to be packed", lambda: packed(app))
    wait_for("nothing to be left over", lambda: not list(journal.glob("*.unfinished")))
    assert app.logs("-s", "app", "-n", LINES) == EXPECTED
