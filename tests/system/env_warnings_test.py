"""An .env that is quietly read in another way than meant is told of with file:line and the right
way, by ctl check, at a start, at one in the background, and at a reload."""

import pytest
from daemon import STAYS

DOUBTFUL = """\
A="open
B=blue # sky
C=${HOME}/x
B=green
D = 1
E='-----BEGIN
abcd
-----END'
F=right
"""
PLACES = [".env:1: the quote is not closed", ".env:2: the comment is part of the value",
          ".env:3: ${HOME} is not replaced", ".env:4: B stands in line 2 already",
          ".env:5: there is a blank before the name or the '='",
          ".env:6: the value goes on until line 8"]


@pytest.fixture
def doubtful(app):
    app.procfile(alpha=STAYS)
    app.write(".env", DOUBTFUL)
    return app


def test_check(doubtful):
    warnings = doubtful.ctl("check").stderr.splitlines()
    assert [place for place, warning in zip(PLACES, warnings, strict=True)
            if not warning.startswith(f"warning: {place}")] == []
    assert PLACES[0] in doubtful.refused("check", "--strict")


def test_a_start_in_the_foreground(doubtful):
    doubtful.start()
    assert [place for place in PLACES if place not in doubtful.errors] == []


def test_a_start_in_the_background_tells_whoever_starts_it(doubtful):
    done = doubtful.start_in_background()
    assert done.returncode == 0
    assert [place for place in PLACES if place not in done.stderr] == []


def test_a_reload_tells_the_daemons_log(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.write(".env", DOUBTFUL)
    app.ok("reload")
    assert [place for place in PLACES if place not in app.errors] == []


def test_what_is_right_is_quiet(app):
    app.procfile(alpha=STAYS)
    app.write(".env", "A=1\nexport B='two # words'\nC=\"$PAID \\${HOME}\"\nD=http://x/#y\nE=\n")
    done = app.ctl("check", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
