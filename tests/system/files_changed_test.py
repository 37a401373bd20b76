"""Files that changed since they were read: what launches goes on with what was read and says so,
on ctl's stderr, in ps' note and once in the log; a type that only the new file has is answered."""

import os
import signal

import pytest
from daemon import STAYS

HINT = "Procfile changed since it was read: ctl reload"
ONLY_THERE = "css is in the Procfile, but the Procfile changed since it was read: ctl reload"


@pytest.fixture
def running(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    return app


def told(app):
    """The notices in the log."""
    return [line for line in app.ok("logs", "-n", "200").splitlines() if "muster[files]" in line]


@pytest.mark.parametrize("words", [
    ("restart", "alpha"), ("start", "alpha.1"), ("scale", "alpha=2"), ("run", "--shared", "true"),
    ("run", "-d", "--shared", "true"), ("config", "set", "A=1")])
def test_each_verb_that_launches_says_so(running, words):
    assert running.ctl("restart", "bravo").stderr == ""
    running.procfile(alpha=STAYS + " # new", bravo=STAYS)
    done = running.ctl(*words)
    assert (done.returncode, done.stderr.count(f" !    {HINT}\n")) == (0, 1), done
    running.wait_log(f"muster[files]: {HINT}")
    running.ctl(*words)
    assert len(told(running)) == 1
    assert running.row("alpha.1")["command"] == STAYS
    assert running.row("alpha.1")["note"] == HINT
    running.ok("reload")
    assert running.ctl("restart", "bravo").stderr == ""
    assert running.row("bravo.1")["note"] is None


def test_each_change_is_told_once_and_one_that_is_undone_is_none(running):
    running.procfile(alpha=STAYS + " # one", bravo=STAYS)
    running.ctl("restart", "alpha")
    running.procfile(alpha=STAYS + " # two", bravo=STAYS)
    running.ctl("restart", "alpha")
    running.ctl("restart", "bravo")
    assert len(told(running)) == 2
    running.procfile(alpha=STAYS, bravo=STAYS)
    assert running.ctl("restart", "alpha").stderr == ""
    assert running.ctl("ps").stderr == ""


def test_what_only_looks_is_told_in_the_notes_and_not_in_the_log(running):
    running.write("Procfile", f"alpha: {STAYS}\nbravo: {STAYS}\ncharlie: {STAYS}\n")
    assert running.ctl("scale").stderr == ""
    assert running.ctl("ps").stderr == f" !    alpha.1: {HINT}\n !    bravo.1: {HINT}\n"
    assert told(running) == []


def test_many_processes_have_one_note(running):
    running.ok("scale", "alpha=5")
    running.write("Procfile", f"alpha: {STAYS}\nbravo: {STAYS} # \n")
    assert running.ctl("ps").stderr == f" !    alpha.1 and 5 others: {HINT}\n"


@pytest.mark.parametrize("name, text, hint", [
    (".env", "A=1\n", ".env is new: ctl reload"),
    ("muster.toml", "[alpha]\nnice = 1\n", "muster.toml is new: ctl reload")])
def test_files_that_were_not_there(running, name, text, hint):
    running.write(name, text)
    assert running.ctl("restart", "alpha").stderr == f" !    {hint}\n"
    running.ok("reload")
    running.write(name, text + "# \n")
    changed = f"{name} changed since it was read: ctl reload"
    assert running.ctl("restart", "alpha").stderr == f" !    {changed}\n"
    (running.directory / name).unlink()
    assert running.ctl("restart", "alpha").stderr == f" !    {name} is gone: ctl reload\n"


def test_several_at_once(running):
    running.procfile(alpha=STAYS, bravo=STAYS, charlie=STAYS)
    running.write(".env", "A=1\n")
    assert running.ctl("restart", "alpha").stderr == \
        " !    Procfile changed since it was read, .env is new: ctl reload\n"


def test_a_crash_goes_on_with_what_was_read_and_the_log_says_so(app):
    app.procfile(alpha="read x < gate; exit 1", bravo=STAYS)
    gate = app.gate("gate")
    app.start()
    app.pid("alpha.1")
    app.procfile(alpha="echo new", bravo=STAYS)
    gate.open()
    app.wait_log(f"muster[files]: {HINT}")
    assert app.row("alpha.1")["command"].startswith("read x")
    gate.open()
    app.wait_state("alpha.1", "crashed")
    assert len(told(app)) == 1


@pytest.mark.parametrize("words", [
    ("scale", "css=1"), ("scale", "alpha=1", "css+1"), ("restart", "css"), ("restart", "css.1"),
    ("start", "css"), ("stop", "css"), ("kill", "css"), ("ps", "css"), ("run", "css"),
    ("exec", "css.1", "true")])
def test_a_type_that_only_the_new_file_has(running, words):
    assert ONLY_THERE not in running.ctl(*words).stderr
    running.procfile(alpha=STAYS, bravo=STAYS, css=STAYS)
    done = running.ctl(*words)
    assert done.returncode != 0
    assert ONLY_THERE in done.stderr
    running.ok("reload")
    running.ok("scale", "css=1")


def test_a_successor_knows_it_and_says_it_once(running):
    running.procfile(alpha=STAYS, bravo=STAYS, css=STAYS)
    running.ctl("restart", "alpha")
    os.kill(running.status()["supervisor_pid"], signal.SIGKILL)
    assert running.ctl("restart", "bravo").stderr == f" !    {HINT}\n"
    assert ONLY_THERE in running.refused("scale", "css=1")
    assert len(told(running)) == 1


def test_another_procfile_and_its_env(app):
    app.write("other/Procfile.dev", f"alpha: {STAYS}\n")
    app.write("other.env", "A=1\n")
    name, env = app.directory / "other/Procfile.dev", app.directory / "other.env"
    app.start("-f", name, "-e", env)
    name.write_text(f"alpha: {STAYS}\ncss: {STAYS}\n")
    env.write_text("A=2\n")
    assert app.ctl("restart", "alpha").stderr == \
        f" !    {name} and {env} changed since they were read: ctl reload\n"
    assert ONLY_THERE in app.refused("scale", "css=1")


def test_a_file_that_cannot_be_taken_is_one_that_changed(running):
    running.write("Procfile", "<<<<<<< HEAD\n")
    assert HINT in running.ctl("restart", "alpha").stderr
    running.refused("reload")
    assert HINT in running.ctl("restart", "alpha").stderr
