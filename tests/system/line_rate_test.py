"""line_rate: a process that prints more than it may is held back, nobody else is, and nothing is
lost."""

import datetime

from daemon import STAYS
from waiting import wait_for

RATE = 1000


def time_of(record):
    return datetime.datetime.fromisoformat(record["time"]).timestamp()


def test_a_process_over_its_rate_is_held_back_and_loses_nothing(app):
    app.procfile(noisy=f"seq {4 * RATE}; echo end; {STAYS}", quiet=f"seq 20000; echo end; {STAYS}")
    app.write("muster.toml", f"[noisy]\nline_rate = {RATE}\n")
    app.start()
    app.wait_log("app[quiet.1]: end", "-p", "quiet", "-s", "app", "-n", "1")
    app.wait_log("app[noisy.1]: end", "-p", "noisy", "-s", "app", "-n", "1")
    records = app.records("-p", "noisy", "-s", "app", "--from", "1")
    assert [record["line"] for record in records] == \
        [str(n) for n in range(1, 4 * RATE + 1)] + ["end"]
    # A second's worth at once, the rest at the rate: that takes three seconds and not less.
    assert time_of(records[-1]) - time_of(records[0]) > 2.5
    quiet = app.records("-p", "quiet", "-s", "app", "--from", "1")
    assert len(quiet) == 20001
    assert time_of(quiet[-1]) < time_of(records[-1]), "it was not held back"
    app.ok("scale", "noisy=0")
    said = wait_for("the notice", lambda: [
        line for line in app.logs("-p", "noisy", "-s", "muster", "--from", "1")
        if "Held back" in line])
    assert len(said) == 2, "once when it begins, and once how long it was"
    assert said[0] == f"muster[noisy.1]: Held back from now on: line rate limit of {RATE}/s"
    assert said[1].startswith("muster[noisy.1]: Held back for ")
    assert said[1].endswith(f" ms: line rate limit of {RATE}/s")


def test_a_process_that_is_told_to_stop_does_not_wait_for_its_rate(app):
    """At its rate it would take 1,000 s to say its last words."""
    app.procfile(noisy="trap 'seq 1000; echo bye; exit' TERM; echo up; tail -f /dev/null & wait")
    app.write("muster.toml", "[noisy]\nline_rate = 1\n")
    app.start()
    app.wait_log("app[noisy.1]: up")
    app.ok("scale", "noisy=0")
    lines = app.wait_log("app[noisy.1]: bye", "-s", "app", "--from", "1")
    assert lines == ["app[noisy.1]: up"] + [f"app[noisy.1]: {n}" for n in range(1, 1001)] + \
        ["app[noisy.1]: bye"]


def test_a_successor_holds_it_back_too(app):
    app.procfile(noisy=f"seq {3 * RATE}; echo end; {STAYS}")
    app.write("muster.toml", f"[noisy]\nline_rate = {RATE}\n")
    app.start()
    app.wait_log("app[noisy.1]: 1")
    app.kill_supervisor()
    app.wait_log("app[noisy.1]: end", "-p", "noisy", "-s", "app", "-n", "1")
    records = app.records("-p", "noisy", "-s", "app", "--from", "1")
    assert [record["line"] for record in records] == \
        [str(n) for n in range(1, 3 * RATE + 1)] + ["end"]


def test_a_rate_that_cannot_be(app):
    app.procfile(alpha=STAYS)
    for rate in ("0", "-1", "1.5", '"fast"', "99999999999"):
        app.write("muster.toml", f"[alpha]\nline_rate = {rate}\n")
        assert "muster.toml:2: " in app.refused("check")
