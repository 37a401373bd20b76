"""A successor, an upgrade and a start over living processes begin with the model that was in force,
whatever was done to the files and whatever the command line says: no process is ended or doubled,
what is wrong is told, and a reload takes the files once they are mended."""

import json
import os
import shutil
import signal

import pytest

import isolation
import proc
from daemon import STAYS
from kills import kill_supervisor
from replaced import replace, text
from waiting import stays, wait_for

LIMIT = 1 << 20  # limits::config_file


def link_to_nothing(path):
    path.symlink_to("/nowhere")


def link_to_itself(path):
    path.symlink_to(path)


# The thing in a file's place, and a part of how it is told; none: that is no mistake.
WRONG = {
    "empty": ("Procfile", text(""), "no process types"),
    "comment": ("Procfile", text("# nothing\n"), "no process types"),
    "gone": ("Procfile", None, "no Procfile"),
    "directory": ("Procfile", os.mkdir, "not a regular file"),
    "fifo": ("Procfile", os.mkfifo, "not a regular file"),
    "device": ("Procfile", lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "dangling": ("Procfile", link_to_nothing, "no Procfile"),
    "loop": ("Procfile", link_to_itself, "symbolic links"),
    "huge": ("Procfile", text("a: b\n" * LIMIT), "larger than"),
    "many": ("Procfile", text("".join(f"t{i}: true\n" for i in range(5000))), "too many"),
    "env-directory": (".env", os.mkdir, ".env"),
    "env-huge": (".env", text("A=b\n" * LIMIT), "larger than"),
    "settings-directory": ("muster.toml", os.mkdir, "muster.toml"),
    "settings-fifo": ("muster.toml", os.mkfifo, "muster.toml"),
    "settings-syntax": ("muster.toml", text("[alpha\n"), "muster.toml:1"),
    "settings-key": ("muster.toml", text("[alpha]\nwatchdgo = '1s'\n"), "watchdog"),
    "settings-type": ("muster.toml", text("[zeta]\nsignal = 'INT'\n"), "zeta"),
    "settings-huge": ("muster.toml", text("#\n" * LIMIT), "larger than"),
}


def kill_both(app, *options):
    """The next daemon is started with the files as they are."""
    app.kill_hard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolation, "allow_runs", lambda directory: None)
        app.start(*options)


KILLS = [kill_supervisor, kill_both]


def start(app, *options):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start("-m", "alpha=2,beta=1", *options)
    return {name: app.pid(name) for name in ("alpha.1", "alpha.2", "beta.1")}


def pids(app):
    return {row["process"]: row["pid"] for row in app.rows()}


def upgrade(app):
    before = app.pid_of_supervisor()
    app.ok("upgrade")
    app.successor(before)


@pytest.mark.row("A150")
@pytest.mark.parametrize("successor", [*KILLS, upgrade])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_is_wrong_ends_nothing(app, wrong, successor):
    name, make, says = WRONG[wrong]
    before = start(app)
    mend = replace(app.directory / name, make)
    successor(app)
    assert pids(app) == before and set(app.states().values()) == {"up"}
    alarm, = app.status()["alarms"]
    assert says in alarm and "what was in force stays" in alarm
    assert alarm in app.errors
    assert says in app.refused("reload")
    assert pids(app) == before and app.formation() == "alpha=2 beta=1"
    app.ok("restart", "beta")
    assert app.pid("beta.1") != before["beta.1"]
    mend()
    app.ok("reload")
    assert not app.status().get("alarms")
    assert app.pid("alpha.1") == before["alpha.1"]


@pytest.mark.row("A150")
@pytest.mark.parametrize("successor", [*KILLS, upgrade])
@pytest.mark.parametrize("toml, told", [
    ("[beta]\nsingleton = true\n", "singleton"), ("[beta]\ncron = '0 0 1 1 *'\n", "cron"),
    (None, "removed")], ids=["singleton", "cron", "removed"])
def test_the_formation_of_the_command_line_counts_only_at_a_fresh_start(app, toml, told, successor):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start("-m", "alpha=1,beta=2")
    alpha = app.pid("alpha.1")
    app.pid("beta.2")
    if toml:
        app.write("muster.toml", toml)
    else:
        app.procfile(alpha=STAYS)
    assert told in app.ok("reload")
    wait_for("one to end", lambda: "beta.2" not in app.states())
    formation = app.formation()
    left = pids(app)
    if successor is kill_both:
        kill_both(app, "-m", "alpha=1,beta=2")
    else:
        successor(app)
    assert app.formation() == formation and pids(app) == left
    assert app.pid("alpha.1") == alpha
    assert not app.status().get("alarms")


# Settings that would end, or signal otherwise, whoever runs, if they counted for them.
EDITED = {
    "watchdog": ("[alpha]\nwatchdog = '1s'\n[beta]\nmax_age = '1s'\n", None),
    "singleton": ("[alpha]\nsingleton = true\n", None),
    "cron": ("[alpha]\ncron = '* * * * *'\n", None),
    "health": ("[alpha]\nhealth = {check = 'exec:false', every = '100ms', failures = 1}\n", None),
    "removed": ("", "beta: " + STAYS + "\n"),
    "added": ("", f"alpha: {STAYS}\nbeta: {STAYS}\nweb: {STAYS}\n"),
}


@pytest.mark.row("A150")
@pytest.mark.parametrize("successor", [*KILLS, upgrade])
@pytest.mark.parametrize("edited", EDITED)
def test_files_that_were_edited_count_from_the_next_reload_on(app, edited, successor):
    toml, procfile = EDITED[edited]
    app.write("muster.toml", "[alpha]\nsignal = 'INT'\n[app]\nenv = {COLOUR = 'red'}\n")
    before = start(app)
    app.write("muster.toml", toml)
    if procfile:
        app.write("Procfile", procfile)
    for _ in range(2):
        successor(app)
    stays("the formation", lambda: pids(app) == before, 1.5)
    assert not app.status().get("alarms")
    assert "they count from the next reload on" in app.errors
    app.ok("restart", "alpha.1")
    app.wait_log("muster[alpha.1]: Stopping all processes with SIGINT")
    assert proc.environment(app.pid("alpha.1"))["COLOUR"] == "red"
    app.ok("reload")
    wait_for("the files to count", lambda: pids(app).get("alpha.2") != before["alpha.2"])


def test_a_reload_is_in_force_as_soon_as_it_is_answered(app):
    before = start(app)
    for number in range(5):
        app.procfile(alpha=f"true {number}; {STAYS}", beta=STAYS)
        app.ok("reload")
        (app.directory / "Procfile").unlink()
        app.kill_supervisor()
        wait_for("the new command everywhere", lambda: all(
            row["state"] == "up" and f"true {number};" in row["command"]
            for row in app.rows() if row["process"].startswith("alpha")))
    assert app.pid("beta.1") == before["beta.1"]


# Where the app's own directory, and the files of the command line, have gone.
@pytest.mark.row("A150")
@pytest.mark.parametrize("gone", ["renamed", "deleted"])
def test_the_app_directory(app, gone):
    before = start(app)
    aside = app.directory.with_name("aside")
    shutil.copytree(app.directory, aside)
    supervisor = app.pid_of_supervisor()
    if gone == "renamed":
        app.directory.rename(app.directory.with_name("elsewhere"))
    else:
        shutil.rmtree(app.directory)
    os.kill(supervisor, 9)

    def rows():
        done = app.ctl("ps", "--json", cwd=app.home.path)
        return done.returncode == 0 and json.loads(done.stdout)
    seen = wait_for("the next supervisor", rows)
    assert {row["process"]: row["pid"] for row in seen} == before
    done = app.ctl("reload", cwd=app.home.path)
    assert done.returncode == 1 and str(app.directory) in done.stderr
    aside.rename(app.directory)
    app.ok("reload")
    assert pids(app) == before


@pytest.mark.row("A150")
@pytest.mark.parametrize("successor", KILLS)
@pytest.mark.parametrize("option", ["-f", "-e"])
def test_a_file_of_the_command_line_that_is_gone(app, option, successor):
    named = app.write("named", f"alpha: {STAYS}\nbeta: {STAYS}\n" if option == "-f" else "A=b\n")
    before = start(app, option, named)
    mend = replace(named, None)
    if successor is kill_both:
        kill_both(app, option, named)
    else:
        successor(app)
    assert pids(app) == before
    assert "there is no such file" in app.refused("reload")
    mend()
    app.ok("reload")
    assert pids(app) == before


RELEASES = {"garbage": text("what?"), "empty": text(""), "directory": os.mkdir, "gone": None,
            "fifo": os.mkfifo}


@pytest.mark.row("A150")
@pytest.mark.parametrize("successor", KILLS)
@pytest.mark.parametrize("wrong", RELEASES)
def test_config_vars_stay_in_force_whatever_becomes_of_their_file(app, wrong, successor):
    start(app)
    app.ok("config", "set", "COLOUR=red")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "beta.1": "up"})
    before = pids(app)
    os.kill(app.pid_of_supervisor(), signal.SIGSTOP)  # or it writes the file anew itself
    mend = replace(app.home.state / "releases", RELEASES[wrong])
    successor(app)
    assert pids(app) == before
    alarm, = app.status()["alarms"]
    assert "releases" in alarm and "stay" in alarm
    app.ok("restart", "beta.1")
    assert proc.environment(app.pid("beta.1"))["COLOUR"] == "red"
    assert "COLOUR: red" in app.ok("config")
    mend()
