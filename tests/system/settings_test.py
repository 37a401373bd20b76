"""muster.toml: what processes begin with, how they are ended, and what a change of it does."""

import json
import pathlib
import re

import pytest
from daemon import STAYS

REFERENCE = pathlib.Path(__file__).parents[2] / "docs" / "muster.toml.md"


def test_what_a_process_begins_with(app):
    app.procfile(alpha="echo \"$PWD $(pwd) $(umask) $(nice) $(ulimit -n) $(ulimit -c) $COLOUR\";"
                 + STAYS)
    (app.directory / "sub").mkdir()
    app.write(".env", "COLOUR=of-the-file\n")
    app.write("muster.toml", """[app]
nofile = 512
env.COLOUR = "of-all"
[alpha]
directory = "sub"
umask = "027"
nice = 3
nofile = 300
core = 0
env.COLOUR = "of-alpha"
""")
    app.start()
    sub = app.directory / "sub"
    app.wait_log(f"app[alpha.1]: {sub} {sub} 0027 3 300 0 of-alpha")


def test_a_start_that_cannot_have_it_says_why(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\ndirectory = 'gone'\n")
    app.start()
    app.wait_log(f"muster[alpha.1]: Failed to start: chdir {app.directory}/gone: "
                 "No such file or directory")


def test_the_stop_signal_and_the_grace(app):
    app.procfile(alpha="trap 'echo got INT; exit 0' INT; trap '' TERM; echo ready;"
                 " while :; do read x < gate; done",
                 bravo="trap '' INT; echo ready; while :; do read x < gate; done")
    app.gate("gate")
    app.write("muster.toml", "[app]\nsignal = 'INT'\n[bravo]\ngrace = '200ms'\n")
    app.start()
    app.wait_log("app[alpha.1]: ready")
    app.wait_log("app[bravo.1]: ready")
    app.ok("stop", "alpha", "bravo")
    lines = app.wait_log("app[alpha.1]: got INT")
    assert "muster[alpha.1]: Stopping all processes with SIGINT" in lines
    assert "muster[bravo.1]: Error R12 (Exit timeout) -> At least one process failed to exit " \
           "within 0.2 seconds of SIGINT" in lines


@pytest.mark.parametrize("written", ["", "[alpha]\nkill = 'leader'\n"])
def test_the_leader_is_told_first(app, written):
    app.write("child.sh", "trap 'echo child; exit 0' TERM; echo ready; tail -f /dev/null & wait\n")
    app.write("leader.sh", "trap 'echo leader; exit 0' TERM; sh child.sh & \n"
              "while :; do wait; done\n")
    app.procfile(alpha="sh leader.sh")
    app.write("muster.toml", written)
    app.start()
    app.wait_log("app[alpha.1]: ready")
    app.ok("stop", "alpha")
    lines = app.logs("-p", "alpha", "-n", "100")
    assert lines[lines.index("app[alpha.1]: ready") + 2:] == [
        "muster[alpha.1]: Stopping all processes with SIGTERM", "app[alpha.1]: leader",
        "muster[alpha.1]: Process exited with status 0",
        "muster[alpha.1]: Stopping remaining processes with SIGTERM", "app[alpha.1]: child",
        "muster[alpha.1]: State changed from stopping to down"]


def test_a_successor_ends_processes_as_the_files_had_it(app):
    app.procfile(alpha="trap 'echo got INT; exit 0' INT; trap '' TERM; echo ready;"
                 " while :; do read x < gate; done", bravo=STAYS)
    app.gate("gate")
    app.write("muster.toml", "[alpha]\nsignal = 'INT'\n")
    app.start()
    app.wait_log("app[alpha.1]: ready")
    pid = app.pid("alpha.1")
    app.write("muster.toml", "[alpha\n")
    app.kill_supervisor()
    assert app.pid("alpha.1") == pid
    app.write("Procfile", f"bravo: {STAYS}\n")
    app.write("muster.toml", "")
    app.ok("reload")
    app.wait_log("app[alpha.1]: got INT")


def test_reload_restarts_what_it_concerns(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    alpha, bravo = app.pid("alpha.1"), app.pid("bravo.1")
    app.write("muster.toml", "[alpha]\nnice = 5\n[bravo]\ngrace = '1s'\n")
    assert app.ok("reload").splitlines() == ["alpha: nice changed, restarting 1 process",
                                             "bravo: grace changed, without a restart"]
    app.replaced("alpha.1", alpha)
    assert app.pid("bravo.1") == bravo


def test_errors_are_refused_by_check_start_and_reload(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\ngracee = '5s'\nnice = 99\n")
    error = "muster.toml:2: unknown key 'gracee', did you mean 'grace'?"
    assert app.refused("check").splitlines() == [
        "error: " + error, "error: muster.toml:3: nice: must be a whole number from -20 to 19"]
    assert json.loads(app.ctl("check", "--json").stdout)["errors"][0] == error
    app.start(wait=False)
    assert app.wait() == 1
    assert f"musterd: {error} (and 1 more error; ctl check names all)" in app.errors
    app.write("muster.toml", "")
    app.start()
    pid = app.pid("alpha.1")
    app.write("muster.toml", "[alpha]\nnice = 1\n[alhpa]\n")
    assert "muster.toml:3: the Procfile has no type 'alhpa', did you mean 'alpha'?" \
        in app.refused("reload")
    assert app.pid("alpha.1") == pid


def test_the_reference_page_has_every_key_and_only_those(app):
    app.procfile(web="x")
    app.write("muster.toml", "[web]\nno-such-key-at-all = 1\n")
    known = app.refused("check").split("there are ")[1].strip().split(", ")
    assert re.findall(r"^### `([a-z_]+)`", REFERENCE.read_text(), re.M) == known


@pytest.mark.parametrize("example", re.findall(r"^```toml\n(.*?)^```", REFERENCE.read_text(),
                                               re.M | re.S))
def test_every_example_of_the_reference_page_is_right(app, example):
    app.write("Procfile", "".join(f"{name}: x\n" for name in
                                  ("web", "worker", "clock", "db", "task", "streamer",
                                   "nightly")))
    app.write("muster.toml", example)
    app.ok("check")
