"""ctl scale: only the named types change, all or nothing."""

import getpass
import json

import pytest
from waiting import wait_for


@pytest.fixture
def scaled(app):
    app.procfile(clock="exec sleep 1000", web="exec sleep 1000", worker="exec sleep 1000")
    app.write("muster.toml", "[web]\nready = 'none'\n")
    return app.start("-m", "web=1,worker=1,clock=1")


@pytest.mark.asan
def test_absolute_and_relative(scaled):
    assert scaled.ok("scale", "web=2", "worker+2", "clock-1") == (
        "Scaling web processes... done, now running 2\n"
        "Scaling worker processes... done, now running 3\n"
        "Scaling clock processes... done, now running 0\n")
    assert scaled.formation() == "clock=0 web=2 worker=3"
    wanted = {"web.1", "web.2", "worker.1", "worker.2", "worker.3"}
    scaled.wait_log("muster[clock.1]: State changed from stopping to down")
    assert set(scaled.states()) == wanted


def test_a_formation_that_cannot_be_kept_is_told_and_tried_again(scaled):
    """`done` means kept; and what is in force is kept as soon as it can be."""
    obstacle = scaled.home.state / "formation.next"
    obstacle.mkdir()
    done = scaled.ctl("scale", "worker=3")
    assert done.returncode == 1 and "now running 3" in done.stdout
    assert "a daemon that is started later would not know of it: the formation is not kept: " \
        in done.stderr
    assert "formation.next" in done.stderr

    def alarmed():
        return any("the formation is not kept" in alarm for alarm in scaled.status()["alarms"])

    scaled.pid("worker.3")
    wait_for("an alarm", alarmed)
    assert scaled.ctl("scale").returncode == 1, "who only asks is told as well"
    scaled.kill_supervisor()
    wait_for("the successor to try on", alarmed)
    obstacle.rmdir()
    wait_for("the end of the alarm", lambda: scaled.status()["alarms"] == [])
    assert scaled.ok("scale").strip() == "clock=1 web=1 worker=3"
    scaled.kill_hard()
    scaled.start()
    assert scaled.formation() == "clock=1 web=1 worker=3"


def test_the_formation_can_be_typed_back_in(scaled):
    words = scaled.formation().split()
    scaled.ok("scale", *words)
    assert scaled.formation().split() == words


def test_the_formation_as_json(scaled):
    assert json.loads(scaled.ok("scale", "--json")) == \
        dict((word.split("=")[0], int(word.split("=")[1])) for word in scaled.formation().split())


def test_what_is_logged_names_the_whole_formation_and_who(scaled):
    scaled.ok("scale", "worker=2")
    line, = [line for line in scaled.logs() if "Scale to" in line]
    assert line.startswith("muster[api]: Scale to clock=1, web=1, worker=2 by ")
    assert line.split(" by ")[1].startswith(getpass.getuser() + "@")


def test_scale_down_stops_the_highest_numbers_first(scaled):
    scaled.ok("scale", "worker=3")
    pid = scaled.pid("worker.1")
    scaled.pid("worker.3")
    scaled.ok("scale", "worker=1")
    scaled.wait_log("muster[worker.2]: State changed from stopping to down")
    lines = scaled.wait_log("muster[worker.3]: State changed from stopping to down")
    stops = [line for line in lines if "Stopping all processes with SIGTERM" in line]
    assert stops == [f"muster[worker.{n}]: Stopping all processes with SIGTERM" for n in (3, 2)]
    assert scaled.pid("worker.1") == pid


@pytest.mark.parametrize("bad, says", [
    ("zookeeper=1", "zookeeper"),
    ("web", "web"),
    ("web=", "web="),
    ("web=x", "web=x"),
    ("web=1.5", "web=1.5"),
    ("web=+1", "web=+1"),
    ("web==1", "web==1"),
    ("web=99999999999999999999", "web=99999999999999999999"),
    ("web-2", "web"),
    ("web=5000", "web"),
    ("web+4294967296", "web"),
    ("", "word"),
    ("run=1", "run"),
])
def test_all_or_nothing(scaled, bad, says):
    done = scaled.ctl("scale", "worker=5", bad)
    assert done.returncode in (1, 2)
    assert says in done.stderr or bad == ""
    assert done.stderr.strip() and not done.stdout
    assert scaled.formation() == "clock=1 web=1 worker=1"


def test_a_malformed_word_is_usage_and_an_unknown_type_is_no(scaled):
    scaled.refused("scale", "web:2", status=2)
    scaled.refused("scale", "zookeeper=1", status=1)


def test_a_repeated_command_changes_nothing(scaled):
    pid = scaled.pid("worker.1")
    for _ in range(3):
        scaled.ok("scale", "worker=1")
    assert scaled.pid("worker.1") == pid
