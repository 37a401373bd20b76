"""ctl logs: what was printed, filtered first and counted then, oldest first."""

import datetime
import json
import re

import pytest

from daemon import STAYS
from home import BIN
from terminal import Terminal

TALKER = "for i in 1 2 3 4 5; do echo line $i; done; exec sleep 1000"


@pytest.fixture
def talking(app):
    app.procfile(alpha=TALKER, alphabet=TALKER, bravo="echo oops >&2; exec sleep 1000")
    app.start()
    for name in ("alpha", "alphabet"):
        app.wait_log(f"app[{name}.1]: line 5")
    app.wait_log("app[bravo.1]: oops")
    return app


@pytest.mark.asan
def test_the_form_of_a_line(talking):
    lines = talking.ok("logs", "-p", "alpha", "-s", "app").splitlines()
    assert len(lines) == 5
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 "
                            rf"app\[alpha\.1\]: line {number}", line)


def test_names_may_stand_alone_and_be_patterns(talking):
    assert talking.logs("alpha", "-s", "app") == talking.logs("-p", "alpha", "-s", "app")
    both = {line.split("[")[1].split(".")[0] for line in talking.logs("alph*", "-s", "app")}
    assert both == {"alpha", "alphabet"}
    assert "Nothing here is called like x*" in talking.refused("logs", "x*")


def test_a_name_that_the_log_does_not_know_is_told(talking):
    for verb in ("logs", "events"):
        assert "The log has nothing of alhpa" in talking.refused(verb, "alhpa")
        assert "No such process as alpha.2; there are alpha.1" in talking.refused(verb, "alpha.2")
    assert talking.refused("ps", "alhpa").splitlines()[0] == \
        talking.refused("logs", "alhpa", "-t").splitlines()[0], "ps and logs say the same"
    assert talking.ctl("logs", "alpha", "--grep", "no such line").stderr == ""
    talking.stop()
    assert "The log has nothing of alhpa" in talking.refused("logs", "alhpa")
    assert talking.logs("alpha", "-n", 1)


def test_all_lines_and_a_number_that_is_given_again(talking):
    assert talking.logs("-n", "all") == talking.logs("-n", 10**6)
    assert talking.logs("-n", "3", "-n", "2") == talking.logs("-n", 2)
    assert len(talking.logs("-p", "alpha", "-s", "app", "-n", "2", "-n", "all")) == 5
    assert "nor 'all'" in talking.refused("logs", "-n", "some", status=2)


def test_a_type_is_not_the_beginning_of_another(talking):
    assert {line.split("[")[1].split(".")[0] for line in talking.logs("-p", "alpha")} == {"alpha"}
    assert talking.logs("-p", "alpha.1", "-s", "app") == talking.logs("-p", "alpha", "-s", "app")


def test_filter_first_then_count(talking):
    assert talking.logs("-p", "alpha", "-s", "app", "-n", 2) == [
        "app[alpha.1]: line 4", "app[alpha.1]: line 5"]
    assert talking.logs("-p", "alpha", "-p", "bravo", "-s", "app", "-n", 50) in [
        [*(f"app[alpha.1]: line {n}" for n in range(1, i)), "app[bravo.1]: oops",
         *(f"app[alpha.1]: line {n}" for n in range(i, 6))] for i in range(1, 7)]


def test_a_hundred_lines_by_default_and_more_into_a_pipe(app):
    app.procfile(alpha="seq 2000; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: 2000")
    assert app.logs("-p", "alpha", "-s", "app") == [f"app[alpha.1]: {n}" for n in range(501, 2001)]
    assert len(app.logs()) == 1500
    assert app.logs("-n", 0) == []
    with Terminal([BIN / "ctl", "-a", "app", "logs", "-p", "alpha", "-s", "app"],
                  app.home.environment, app.directory) as terminal:
        assert terminal.wait_end() == 0
        shown = terminal.shown.decode().splitlines()
    assert len(shown) == 100 and shown[-1].endswith(" 2000")


def test_the_source(talking):
    assert all(line.startswith("app[") for line in talking.logs("-s", "app"))
    assert all(line.startswith("muster[") for line in talking.logs("-s", "muster"))
    talking.refused("logs", "-s", "heroku", status=2)


def test_json(talking):
    out, = [r for r in talking.records("-p", "bravo") if r["source"] == "app"]
    assert out["process"] == "bravo.1"
    assert out["stream"] == "stderr"
    assert out["line"] == "oops"
    assert isinstance(out["seq"], int)
    assert datetime.datetime.fromisoformat(out["time"]).tzinfo
    muster = [r["line"] for r in talking.records("-p", "bravo", "-s", "muster")]
    assert "State changed from starting to up" in muster


def test_since_and_until(talking):
    lines = talking.ok("logs", "-p", "alpha", "-s", "app").splitlines()
    first = lines[0].split()[0]
    assert len(talking.logs("--since", "1h", "-p", "alpha", "-s", "app")) == 5
    assert talking.logs("--since", "2100-01-01") == []
    assert talking.logs("--until", "2000-01-01T00:00:00Z") == []
    assert len(talking.logs("--since", first, "-p", "alpha", "-s", "app")) == 5
    talking.refused("logs", "--since", "yesterday-ish", status=2)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_the_stamp_of_a_line_means_that_line_in_any_zone(talking, zone):
    for line in talking.ok("logs", "-p", "alpha", "-s", "app").splitlines():
        stamp = line.split()[0]
        again = talking.ok("logs", "-p", "alpha", "-s", "app", "--since", stamp, "--until", stamp,
                           env={"TZ": zone}).splitlines()
        assert line in again
        assert {other.split()[0] for other in again} == {stamp}


def test_times_as_other_tools_have_them(talking):
    for since in ("1h30m", "1w", "yesterday", "2 hours ago", "-10m", "@1700000000", "1700000000",
                  "Sun, 15 Nov 2020 10:15:02 +0000", "2020-11-29 10:15", "2020-11-29T10:15:02.5Z"):
        assert len(talking.logs("--since", since, "-p", "alpha", "-s", "app")) == 5, since
    assert len(talking.logs("--until", "now", "-p", "alpha", "-s", "app")) == 5


def test_a_time_that_is_still_to_come_is_told(talking):
    done = talking.ctl("logs", "--since", "2100-01-01")
    assert (done.returncode, done.stdout) == (0, "")
    assert "--since 2100-01-01: that is still to come" in done.stderr
    done = talking.ctl("logs", "--since", "1m", "--until", "1h")
    assert "nothing can lie between them" in done.stderr


def test_a_number_beyond_the_end_is_told(talking):
    done = talking.ctl("logs", "--from", 999_999)
    assert (done.returncode, done.stdout) == (0, "")
    assert "--from 999999: the log has no such record yet, its last is" in done.stderr


def test_from_a_number(talking):
    records = talking.records("-n", 1000)
    middle = records[len(records) // 2]["seq"]
    assert [r["seq"] for r in talking.records("--from", middle, "-n", 1000)] == [
        r["seq"] for r in records if r["seq"] >= middle]


def test_without_a_daemon_the_journal_is_read(talking):
    talking.stop()
    lines = talking.logs("-n", 1000)
    assert "app[alpha.1]: line 5" in lines
    assert lines[-1] != "app[alpha.1]: line 5", "the stop is in the log too"
    assert json.loads(talking.ok("logs", "--json", "-n", 1).splitlines()[0])["seq"]
    talking.refused("ps", status=3)
