"""ctl wait --healthy-for: up for so long, with nothing that was launched anew meanwhile."""

import time

from daemon import STAYS


def test_it_takes_as_long_as_it_says(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.ok("wait")
    begun = time.monotonic()
    app.ok("wait", "--healthy-for", "1s")
    assert time.monotonic() - begun >= 1


def test_who_keeps_ending_is_never_healthy_for_long(app):
    app.procfile(alpha=STAYS, beta="true")
    app.write("muster.toml", "[beta]\nbackoff = { base = '10ms', cap = '10ms' }\n")
    app.start()
    done = app.ctl("wait", "--healthy-for", "2s", "--timeout", "4")
    assert done.returncode == 4
    assert "beta" in done.stderr or "not for 2" in done.stderr
    app.ok("wait", "--healthy-for", "500ms", "alpha")


def test_a_duration_that_is_none_is_refused(app):
    app.procfile(alpha=STAYS)
    app.start()
    assert app.ctl("wait", "--healthy-for", "soon").returncode == 2
