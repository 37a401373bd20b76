"""ctl config, releases and rollback: kept by the daemon, in force for what is launched next."""

import json
import os
import signal
import stat

import pytest

SHOWS = "sh -c 'echo COLOUR=$COLOUR PORT=$PORT; exec tail -f /dev/null'"


@pytest.fixture
def running(app):
    app.write(".env", "COLOUR=blue\n")
    app.procfile(alpha=SHOWS, bravo=SHOWS)
    app.start("-m", "alpha=2,bravo=0")
    app.wait_states({"alpha.1": "up", "alpha.2": "up"})
    return app


def shown(app, process, colour):
    port = app.row(process)["port"]
    app.wait_log(f"app[{process}]: COLOUR={colour} PORT={port}")


def test_set_get_unset(running):
    assert running.ok("config") == "=== app Config Vars\n"
    assert running.ok("config", "set", "COLOUR=red", "A=b=c") == \
        "Setting config vars and restarting app... done, v1\nA:      b=c\nCOLOUR: red\n"
    for process in ("alpha.1", "alpha.2"):
        shown(running, process, "red")
    assert running.ok("config") == "=== app Config Vars\nA:      b=c\nCOLOUR: red\n"
    assert running.ok("config", "get", "A") == "b=c\n"
    assert running.ok("config", "unset", "A") == "Unsetting A and restarting app... done, v2\n"
    assert json.loads(running.ok("config", "--json")) == {"COLOUR": "red"}
    assert running.ok("config", "unset", "COLOUR").endswith("done, v3\n")
    shown(running, "alpha.2", "blue")
    running.wait_states({"alpha.1": "up", "alpha.2": "up"})


def test_the_log_tells_names_and_never_values(running):
    running.ok("config", "set", "SECRET=hunter2", "OTHER=x")
    lines = running.logs("-n", 10000, "-s", "muster")
    by = f"{running.ok('run', 'id', '-un').strip()}@{os.uname().nodename}"
    assert f"muster[api]: Set OTHER, SECRET config vars by {by}" in lines
    assert f"muster[api]: Release v1 created by {by}" in lines
    assert not any("hunter2" in line for line in running.logs("-n", 10000))
    kept = running.home.state / "releases"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_shell_reads_back_what_was_set(running):
    value = "it's a $HOME `id` \"x\"\nsecond"
    running.ok("config", "set", f"ODD={value}", "PLAIN=1")
    script = running.ok("config", "-s") + 'printf "%s" "$ODD"'
    assert running.ok("run", "--", "sh", "-c", script) == value


def test_what_changes_nothing_is_no_release(running):
    running.ok("config", "set", "A=1")
    before = running.pid("alpha.1")
    assert running.ok("config", "set", "A=1").startswith(
        "Setting config vars and restarting app... nothing to change\n")
    assert len(json.loads(running.ok("releases", "--json"))) == 1
    running.wait_states({"alpha.1": "up", "alpha.2": "up"})
    assert before


def test_they_outlive_the_daemon(running):
    running.ok("config", "set", "COLOUR=red")
    running.stop()
    running.start()
    running.wait_states({"alpha.1": "up", "alpha.2": "up"})
    assert running.ok("config", "get", "COLOUR") == "red\n"
    assert running.ok("run", "printenv", "COLOUR") == "red\n"


@pytest.mark.parametrize("_", range(3))
def test_a_successor_finishes_the_restart(running, _):
    running.ok("config", "set", "COLOUR=red")
    running.kill_supervisor()
    for process in ("alpha.1", "alpha.2"):
        shown(running, process, "red")
    running.wait_states({"alpha.1": "up", "alpha.2": "up"})
    assert running.ok("config", "get", "COLOUR") == "red\n"
    lines = running.logs("-n", 10000, "-s", "muster")
    assert sum(line.startswith("muster[api]: Release v1 created") for line in lines) == 1


def test_releases_and_rollback(running):
    running.ok("config", "set", "COLOUR=red")
    running.ok("config", "set", "COLOUR=green")
    assert running.ok("rollback") == "Rolling back... done, v3\n"
    shown(running, "alpha.1", "red")
    assert running.ok("config", "get", "COLOUR") == "red\n"
    assert running.ok("rollback", "v2") == "Rolling back... done, v4\n"
    assert running.ok("config", "get", "COLOUR") == "green\n"
    head, dashes, *rows = running.ok("releases").splitlines()
    assert head.split() == ["Rel", "Change", "By", "When"]
    assert dashes.startswith("----  ------")
    assert [row.split()[0] for row in rows] == ["v4", "v3", "v2", "v1"]
    assert "Rollback to v2" in rows[0] and rows[0].endswith(" ago")
    assert json.loads(running.ok("releases", "--json", "-n", "1"))[0]["change"] == "Rollback to v2"
    assert "No such release as v9" in running.refused("rollback", "v9")


def test_a_damaged_file_stops_a_start_and_not_a_successor(running):
    running.ok("config", "set", "A=1")
    kept = running.home.state / "releases"
    before = running.pid_of_supervisor()
    os.kill(before, signal.SIGSTOP)  # it would mend the file
    kept.write_bytes(kept.read_bytes()[:-3])
    os.kill(before, signal.SIGKILL)
    running.successor(before)
    running.wait_states({"alpha.1": "up", "alpha.2": "up"})
    running.stop()
    running.start(wait=False)
    assert running.wait() == 1
    assert "releases: damaged" in running.errors


def test_errors(running):
    for words in (["config", "set"], ["config", "set", "A"], ["config", "set", "=1"],
                  ["config", "unset"], ["config", "get"], ["config", "frob"],
                  ["config", "set", "A-B=1"], ["rollback", "x"]):
        running.refused(*words, status=2)
    assert "given to each process by muster" in running.refused("config", "set", "PORT=1")
    assert "no config var ZOO" in running.refused("config", "get", "ZOO")
    assert "no releases yet" in running.refused("rollback")


def test_values_that_are_in_no_list_of_processes(running):
    secret = running.write("secret.txt", "line one\nline two\n")
    assert running.ok("config", "set", "A=-", f"B=@{secret}", "C=@@at", "D=plain",
                      input="from stdin\n").endswith(
        "done, v1\n" f"A: (from stdin)\nB: (from {secret})\nC: @at\nD: plain\n")
    assert running.ok("config", "get", "A") == "from stdin\n"
    assert running.ok("config", "get", "B") == "line one\nline two\n"
    assert running.ok("config", "get", "C") == "@at\n"
    file = running.write("production.env", "# ours\nexport E='one two'\nF=\"a\\nb\"\n")
    running.ok("config", "set", "--from-env-file", file, "D=other")
    assert running.ok("config", "get", "E") == "one two\n"
    assert running.ok("config", "get", "F") == "a\nb\n"
    assert running.ok("config", "get", "D") == "other\n"
    running.ok("config", "set", "--from-env-file", "-", input="G=1\n")
    assert running.ok("config", "get", "G") == "1\n"


def test_values_that_cannot_be_had_change_nothing(running):
    bad = running.write("bad.env", "A=1\nnot a variable\n")
    for words, said in ((["A=@/no/such/file"], "/no/such/file"), (["A=-", "B=-"], "stdin already"),
                        (["--from-env-file", bad], "bad.env:2"), ([], "Usage")):
        assert said in running.refused("config", "set", *words, status=2, input="x\n")
    assert running.ok("releases", "--json") == "[]\n"
