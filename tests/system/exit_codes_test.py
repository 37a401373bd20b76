"""The exit codes of ctl: 0 done, 1 the answer is no, 2 usage, 3 no daemon, 4 timeout."""

import os
import signal
import subprocess

import pytest
from home import BIN

VERBS = ["ps", "scale", "logs", "restart", "stop", "start", "run", "wait", "events", "apps",
         "check", "status", "reload", "shutdown", "upgrade", "version",
         "enable", "disable", "destroy"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(app, verb):
    done = app.ctl(verb, "--help")
    assert done.returncode == 0
    assert verb in done.stdout
    assert app.ctl(verb, "--no-such-option").returncode == 2


@pytest.mark.parametrize("words", [
    ["ps"], ["scale"], ["scale", "web=1"], ["restart"], ["stop", "web"], ["start", "web"],
    ["run", "--", "true"], ["status"], ["reload"], ["shutdown"],
])
def test_no_daemon(app, words):
    app.procfile(web="x")
    assert "musterd" in app.refused(*words, status=3)


def test_usage(app):
    for words in ([], ["no-such-verb"], ["ps", "--what"], ["run"], ["logs", "-n", "many"],
                  ["logs", "-n", "-1"]):
        app.refused(*words, status=2)


@pytest.mark.parametrize("patience", [
    pytest.param({"MUSTER_PATIENCE_MS": "200"}, id="short"),
    pytest.param({}, id="usual", marks=pytest.mark.long)])
def test_a_daemon_that_does_not_answer(app, patience):
    app.procfile(worker="exec sleep 1000")
    app.start()
    status = app.status()
    halves = [status["keeper_pid"], status["supervisor_pid"]]  # else the one ends the other
    for pid in halves:
        os.kill(pid, signal.SIGSTOP)
    try:
        app.home.environment.update(patience)
        app.refused("ps", status=4, timeout=120)
    finally:
        for pid in halves:
            os.kill(pid, signal.SIGCONT)
    app.home.environment.pop("MUSTER_PATIENCE_MS", None)
    app.ok("ps")


def test_the_app_may_be_named_before_or_after_the_verb_or_not_at_all(app):
    app.procfile(worker="exec sleep 1000")
    app.start()

    def ctl(*words, cwd=app.directory, **env):
        return subprocess.run([BIN / "ctl", *words], cwd=cwd, capture_output=True, text=True,
                              env={**app.home.environment, **env}).returncode
    assert ctl("-a", "app", "ps", cwd="/") == 0
    assert ctl("ps", "-a", "app", cwd="/") == 0
    assert ctl("ps", cwd="/", MUSTER_APP="app") == 0
    assert ctl("ps") == 0, "by the Procfile of this directory"
    (app.directory / "deep" / "er").mkdir(parents=True)
    assert ctl("ps", cwd=app.directory / "deep" / "er") == 0
    assert ctl("-a", "other", "ps") == 3
    assert ctl("-a", "../evil", "ps") == 2
