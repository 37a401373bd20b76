"""ctl events, ctl logs --grep, ctl wait and ctl apps."""

import getpass
import json
import os
import signal

import pytest

from daemon import STAYS
from waiting import wait_for


def test_events_as_they_happen(app):
    app.procfile(alpha="echo hello; " + STAYS, beta=STAYS)
    app.start("-m", "alpha=0,beta=1")
    app.pid("beta.1")
    with app.begin("events", "--json", "alpha") as events:
        wait_for("the subscription", lambda: app.ok("scale", "alpha=0") or True)
        with app.begin("events", "-n", "1", text=True) as others:
            assert "beta.1" in others.stdout.readline()
            app.ok("scale", "alpha=1")
            started = json.loads(events.stdout.readline())
            assert started["process"] == "alpha.1" and started["source"] == "muster"
            others.terminate()
        events.terminate()


def test_grep_filters_first_and_counts_then(app):
    app.procfile(alpha="seq 1000; printf 'a\\000needle 1\\n'; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: 1000")
    assert app.logs("--grep", "^[0-9]*77$", "-n", "2", "-s", "app") == [
        "app[alpha.1]: 877", "app[alpha.1]: 977"]
    assert len(app.logs("--grep", "^[0-9]*7$", "-s", "app")) == 100
    assert len(app.logs("--grep", "needle", "-s", "app")) == 1, "a line may hold a NUL"
    assert app.logs("--grep", "nowhere") == []
    assert "regular expression" in app.refused("logs", "--grep", "(", status=2)
    app.stop()
    assert app.logs("--grep", "^77$") == ["app[alpha.1]: 77"], "without a daemon too"


def test_wait_until_all_are_up(app):
    app.write("listen.py", """
import os, socket
open("go").read()
listener = socket.create_server(("", int(os.environ["PORT"])))
print("listening", flush=True)
listener.accept()
""")
    app.procfile(web="/usr/bin/python3 -B listen.py", other=STAYS)
    app.gate("go")
    app.start()
    app.wait_state("other.1", "up")
    app.ok("wait", "other")
    assert "web.1 is starting" in app.refused("wait", "--timeout", "0", status=4)
    waiting = app.begin("wait")
    (app.directory / "go").write_text("on")
    assert waiting.wait(30) == 0
    waiting.stdout.close()
    waiting.stderr.close()
    assert app.states() == {"web.1": "up", "other.1": "up"}
    app.refused("wait", "nobody")


def test_apps_of_this_user(app):
    assert app.ok("apps").splitlines()[2:] == []
    app.procfile(alpha=STAYS)
    app.start("-m", "alpha=2")
    app.wait_states({"alpha.1": "up", "alpha.2": "up"})
    (line,) = app.ok("apps").splitlines()[2:]
    assert line.split() == ["app", str(app.pid_of_daemon()), "2", "up", "of", "2",
                            str(app.directory)]
    supervisor = app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGSTOP)
    (row,) = json.loads(app.ok("apps", "--json"))
    os.kill(supervisor, signal.SIGCONT)
    user = getpass.getuser()
    assert row == {"app": "app", "user": user, "state": "no answer", "pid": None,
                   "processes": None, "processes_up": None, "directory": str(app.directory)}
    app.stop()
    (line,) = app.ok("apps").splitlines()[2:]
    assert line.split() == ["app", "stopped", str(app.directory)]
    (row,) = json.loads(app.ok("apps", "--json"))
    assert row["state"] == "stopped" and row["pid"] is None


@pytest.mark.parametrize("verb", ["events", "wait"])
def test_they_say_when_nothing_runs(app, verb):
    app.procfile(alpha=STAYS)
    assert "start" in app.refused(verb, status=3)


def test_wait_takes_what_is_complete_and_not_what_has_failed(app):
    app.procfile(task="true", other="exit 3")
    app.write("muster.toml", "[task]\nrestart = 'on-failure'\n[other]\nrestart = 'never'\n")
    app.start("-m", "task=1,other=0")
    app.wait_state("task.1", "complete")
    app.ok("wait")
    app.ok("scale", "other=1")
    app.wait_state("other.1", "failed")
    assert "other.1 has failed" in app.refused("wait", status=1)
