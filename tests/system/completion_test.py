"""What ctl prints for shells and for man."""

import os
import subprocess

import pytest

from daemon import STAYS
from home import BIN


def completed(app, *words):
    """What a real bash would offer after these words, the last of which has been begun."""
    script = 'source <(ctl completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); ' \
             '_muster_ctl; printf "%s\\n" "${COMPREPLY[@]}"'
    env = {**app.home.environment, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True,
                          cwd=app.directory, env=env, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_bash_is_offered_verbs_options_and_names(app):
    app.procfile(web=STAYS, worker=STAYS)
    app.start("-m", "web=0,worker=2")
    app.pid("worker.1")
    assert completed(app, "ctl", "rel") == ["reload", "releases"]
    assert completed(app, "ctl", "logs", "--j") == ["--json"]
    assert completed(app, "ctl", "stop", "wo") == ["worker", "worker.1", "worker.2"]
    assert completed(app, "ctl", "stop", "we") == ["web"]
    assert completed(app, "ctl", "logs", "-p", "wo") == ["worker", "worker.1", "worker.2"]
    assert completed(app, "ctl", "version", "wo") == []
    assert completed(app, "ctl", "ps", "-a", "") == ["app"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_understands_its_completion_and_finds_every_verb_in_it(app, shell):
    text = app.ok("completion", shell)
    understood = subprocess.run([shell, "-n", app.write("completion", text)], check=False,
                                capture_output=True, text=True, env=app.home.environment)
    assert understood.returncode == 0, understood.stderr
    verbs = [line.split()[0] for line in app.ok("--help").splitlines() if line.startswith("  ")]
    assert "restart" in verbs
    assert all(verb in text for verb in verbs)


def test_the_manual_has_a_section_for_every_verb(app):
    page = app.ok("manual")
    verbs = [line.split()[0] for line in app.ok("--help").splitlines() if line.startswith("  ")]
    assert page.startswith(".TH CTL 1")
    assert [line[4:] for line in page.splitlines() if line.startswith(".SS ")] == verbs


def test_a_shell_that_is_not_known(app):
    assert "bash" in app.refused("completion", "tcsh", status=2)


def test_patterns_choose_types_and_processes(app):
    app.procfile(web=STAYS, worker=STAYS, clock=STAYS)
    app.start("-m", "web=0,worker=2,clock=1")
    for process in ("worker.1", "worker.2", "clock.1"):
        app.pid(process)
    app.ok("stop", "w*")
    assert app.states() == {"clock.1": "up", "worker.1": "down", "worker.2": "down"}
    app.ok("start", "*.2")
    assert app.states()["worker.2"] == "up"
    assert "x*" in app.refused("stop", "x*")
