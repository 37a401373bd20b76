"""muster.toml: on_crash. A command is told of a crash by JSON on its stdin, and does no harm."""

import json
import os
import signal

import pytest
from daemon import STAYS
from waiting import wait_for

TELLS = "cat >> told"


def told(app):
    path = app.directory / "told"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()] if text.endswith("\n") else []


def crash(app, process):
    pid = app.pid(process)
    os.kill(pid, signal.SIGKILL)
    app.replaced(process, pid)
    return pid


def begin(app, settings, **types):
    app.write("muster.toml", settings)
    app.procfile(**types)
    app.start()
    app.wait_states({f"{name}.1": "up" for name in types})


def test_it_is_told_what_has_happened(app):
    begin(app, f"[app]\non_crash = '{TELLS}; echo was told >&2'\n", alpha=STAYS, bravo=STAYS)
    pid = crash(app, "alpha.1")
    wait_for("the crash to be told", lambda: told(app))
    [it] = told(app)
    assert (it["process"], it["type"], it["pid"], it["status"]) == ("alpha.1", "alpha", pid, 137)
    assert it["command"] == STAYS and it["reason"] == "crashed (exit 137, as by SIGKILL)"
    assert it["crashes_in_a_row"] == 1 and it["retry_in_seconds"] == 0 and it["count"] == 1
    app.wait_log("app[on_crash.1]: was told")
    wait_for("its end", lambda: "on_crash.1" not in app.states())
    app.wait_log("muster[on_crash.1]: Process exited with status 0")


def test_a_type_may_have_its_own_or_none(app):
    begin(app, f"[app]\non_crash = '{TELLS}'\n[alpha]\non_crash = ''\n"
          "[bravo]\non_crash = 'cat > bravo_told'\n", alpha=STAYS, bravo=STAYS, charlie=STAYS)
    for process in ("alpha.1", "bravo.1", "charlie.1"):
        crash(app, process)
    wait_for("the crash to be told", lambda: told(app))
    assert [it["type"] for it in told(app)] == ["charlie"]
    wait_for("bravo's", lambda: (app.directory / "bravo_told").exists())


def test_what_cannot_be_launched_is_told_too(app):
    app.write("muster.toml", f"[app]\non_crash = '{TELLS}'\n[alpha]\ndirectory = 'nowhere'\n")
    app.procfile(alpha=STAYS)
    app.start()
    wait_for("the crash to be told", lambda: told(app))
    assert told(app)[0]["reason"].startswith("chdir ") and told(app)[0]["status"] is None


def test_the_first_is_told_and_then_the_last(app):
    gate = app.gate("gate")
    app.write("muster.toml", f"[alpha]\non_crash = 'read x < gate; {TELLS}'\n")
    app.procfile(alpha=STAYS)
    app.start("-m", "alpha=3")
    app.wait_states({f"alpha.{n}": "up" for n in (1, 2, 3)})
    first = crash(app, "alpha.2")
    wait_for("the command", lambda: app.states().get("on_crash.1") == "up")
    crash(app, "alpha.1")
    last = crash(app, "alpha.3")
    gate.open()
    wait_for("the first", lambda: told(app))
    gate.open()
    wait_for("the second", lambda: len(told(app)) == 2)
    assert [(it["pid"], it["count"]) for it in told(app)] == [(first, 1), (last, 2)]


@pytest.mark.parametrize("command, how", [
    ("exit 7", "ended with status 7"), ("kill -9 $$", "ended with status 137"),
    ("nowhere/tell", "exec nowhere/tell: No such file or directory")])
def test_its_failure_is_said_and_harmless(app, command, how):
    begin(app, f"[app]\non_crash = '{command}'\n", alpha=STAYS)
    crash(app, "alpha.1")
    app.wait_log(f"muster[on_crash.1]: on_crash of alpha has failed: {how}")
    app.wait_state("alpha.1", "up")
    assert "on_crash.2" not in app.states()


@pytest.mark.parametrize("times", [1, 3])
def test_it_survives_its_supervisor(app, times):
    gate = app.gate("gate")
    begin(app, f"[app]\non_crash = 'read x < gate; {TELLS}'\n", alpha=STAYS)
    crash(app, "alpha.1")
    wait_for("the command", lambda: app.states().get("on_crash.1") == "up")
    tree = app.tree("on_crash.1")
    for _ in range(times):
        app.kill_supervisor()
    assert app.tree("on_crash.1") == tree
    gate.open()
    wait_for("the crash to be told", lambda: told(app))
    wait_for("its end", lambda: "on_crash.1" not in app.states())
    assert len(told(app)) == 1


@pytest.mark.parametrize("seen", ["the next", "perhaps", "this one"])
def test_a_supervisor_that_dies_around_the_crash_loses_none(app, seen):
    begin(app, f"[app]\non_crash = '{TELLS}'\n", alpha=STAYS)
    pid, supervisor = app.pid("alpha.1"), app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    if seen == "the next":
        os.kill(supervisor, signal.SIGKILL)
    else:
        os.kill(supervisor, signal.SIGCONT)
        if seen == "this one":
            wait_for("the crash to be told", lambda: told(app))
        os.kill(supervisor, signal.SIGKILL)
    app.successor(supervisor)
    app.replaced("alpha.1", pid)
    wait_for("the crash to be told", lambda: told(app))
    wait_for("its end", lambda: not any(name.startswith("on_crash") for name in app.states()))
    assert [it["pid"] for it in told(app)] == [pid]


def test_a_shutdown_does_not_wait_for_it(app):
    begin(app, "[app]\non_crash = 'exec tail -f /dev/null'\n", alpha=STAYS)
    crash(app, "alpha.1")
    wait_for("the command", lambda: app.states().get("on_crash.1") == "up")
    assert app.stop() == 0


def test_check_knows_it(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[run]\non_crash = 'x'\n")
    done = app.ctl("check")
    assert "on_crash has no effect on one-off commands" in done.stdout + done.stderr
    app.write("muster.toml", "[alpha]\non_crash = 3\n")
    assert "on_crash" in app.ctl("check").stderr
