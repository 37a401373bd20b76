"""The words that ctl prints for shells: those that are wanted in each place of a line."""

import os
import subprocess

import pytest

from daemon import STAYS
from home import BIN


# The words that a real shell offers after these, the last of which has been begun; a line each.
SCRIPTS = {
    "bash": 'source <(ctl completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
            '_muster_ctl; printf "%s\\n" "${COMPREPLY[@]}"',
    # The zsh line editor itself matches what is offered; here it is only collected.
    "zsh": 'compdef() { : }; compadd() { print -rl -- ${(P)@[-1]} }; '
           '_describe() { print -rl -- ${(P)2%%:*} | grep "^$PREFIX" }; '
           'eval "$(ctl completion zsh)"; words=("$@"); CURRENT=$#; PREFIX=$words[-1]; '
           '_muster_ctl',
    "fish": 'ctl completion fish | source; '
            'complete -C "$argv" | string replace -r "\\t.*" ""; true',
}


def completed(app, *words, shell="bash"):
    env = {**app.home.environment, "PATH": f"{BIN}:{os.environ['PATH']}",
           "HOME": str(app.home.path)}
    command = {"bash": ["bash", "-c", SCRIPTS["bash"], "bash"],
               "zsh": ["zsh", "-fc", SCRIPTS["zsh"], "zsh"],
               "fish": ["fish", "-Nc", SCRIPTS["fish"]]}[shell]
    done = subprocess.run([*command, *words], capture_output=True, text=True,
                          cwd=app.directory, env=env, check=True)
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if line]


@pytest.fixture
def two_types(app):
    app.procfile(web=STAYS, worker=STAYS)
    app.start("-m", "web=0,worker=2")
    app.pid("worker.1")
    return app


def test_bash_is_offered_verbs_options_and_names(two_types):
    app = two_types
    assert completed(app, "ctl", "rel") == ["reload", "releases"]
    assert completed(app, "ctl", "logs", "--j") == ["--json"]
    assert completed(app, "ctl", "stop", "wo") == ["worker", "worker.1", "worker.2"]
    assert completed(app, "ctl", "stop", "we") == ["web"]
    assert completed(app, "ctl", "logs", "-p", "wo") == ["worker", "worker.1", "worker.2"]
    assert completed(app, "ctl", "version", "wo") == []
    assert completed(app, "ctl", "ps", "-a", "") == ["app"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_place_is_offered_what_is_wanted_there(two_types, shell):
    app = two_types
    app.ok("config", "set", "QUEUE=urgent", "QUIET=1")
    places = {
        ("scale", "w"): ["web=", "worker="],
        ("scale", "web=1", "wo"): ["worker="],
        ("stop", "worker.1", "we"): ["web"],
        ("attach", "w"): ["worker.1", "worker.2"],
        ("exec", "wo"): ["worker.1", "worker.2"],
        ("run", "we"): ["web"],
        ("kill", "-s", "US"): ["USR1", "USR2"],
        ("kill", "--signal", "HU"): ["HUP"],
        ("kill", "-s", "HUP", "we"): ["web"],
        ("rollback", "v"): ["v1"],
        ("ps", "-a", "a"): ["app"],
        ("-a", "a"): ["app"],
        ("-a", "app", "rest"): ["restart"],
        ("-a", "app", "scale", "we"): ["web="],
        ("config", "u"): ["unset"],
        ("config", "unset", "QUE"): ["QUEUE"],
        ("config", "set", "QUI"): ["QUIET="],
        ("help", "rol"): ["rollback"],
        ("completion", "f"): ["fish"],
        ("logs", "--source", "m"): ["muster"],
        ("logs", "--color", "al"): ["always"],
        ("logs", "--since", "w"): [],
        ("reload", "w"): [],
    }
    seen = {words: sorted(completed(app, *shown_to(shell, words), shell=shell))
            for words in places}
    assert seen == places


def shown_to(shell, words):
    """fish is given a line."""
    return ["ctl " + " ".join(words)] if shell == "fish" else ["ctl", *words]


def test_a_word_that_bash_cuts_at_its_sign_is_one_for_the_others(two_types):
    assert completed(two_types, "ctl", "logs", "--color", "=", "al") == ["always"]
    assert completed(two_types, "ctl", "logs", "--color", "=") == ["auto", "always", "never"]
    assert completed(two_types, "ctl", "scale", "web", "=") == []
    for shell in ("zsh", "fish"):
        words = shown_to(shell, ("logs", "--color=al"))
        assert completed(two_types, *words, shell=shell) == ["--color=always"]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_without_a_daemon_completion_is_silent(app, shell):
    app.procfile(web=STAYS)
    assert completed(app, *shown_to(shell, ("scale", "w")), shell=shell) == []
    assert completed(app, *shown_to(shell, ("nonsense", "w")), shell=shell) == []
    assert completed(app, *shown_to(shell, ("sca",)), shell=shell) == ["scale"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_understands_its_completion_and_finds_every_verb_in_it(app, shell):
    text = app.ok("completion", shell)
    understood = subprocess.run([shell, "-n", app.write("completion", text)], check=False,
                                capture_output=True, text=True, env=app.home.environment)
    assert understood.returncode == 0, understood.stderr
    verbs = [line.split()[0] for line in app.ok("--help").splitlines() if line.startswith("  ")]
    assert "restart" in verbs
    assert all(verb in text for verb in verbs)


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
