"""A start that fails names the step and the error, and backs off like any crash."""

import pytest

from daemon import STAYS
from waiting import wait_for


@pytest.mark.row("B29")
def test_the_step_and_the_error_are_named(app):
    app.procfile(alpha="/srv/no/such/program --fast", bravo="exec sleep 1000")
    app.start()
    row = app.wait_state("alpha.1", "crashed")
    text = "\n".join(app.logs("-p", "alpha.1")) + str(row.get("note"))
    assert "/srv/no/such/program" in text
    assert "not found" in text or "No such file or directory" in text
    assert app.pid("bravo.1")


@pytest.mark.row("B29")
def test_a_program_that_may_not_be_executed(app):
    app.write("plain.txt", "hello\n")
    app.procfile(alpha="./plain.txt")
    app.start()
    app.wait_state("alpha.1", "crashed")
    assert "ermission denied" in "\n".join(app.logs("-p", "alpha.1"))


@pytest.mark.row("B29")
def test_a_directory_that_vanished(app):
    app.procfile(alpha="exec sleep 1000")
    app.start()
    pid = app.pid("alpha.1")
    app.directory.rename(app.home.path / "moved")
    app.directory = app.home.path
    assert "chdir" in app.refused("restart", "alpha.1"), "who asked is told as well"
    row = app.wait_state("alpha.1", "crashed")
    lines = "\n".join(app.logs("-p", "alpha.1", "-s", "muster")) + str(row.get("note"))
    assert "No such file or directory" in lines
    assert "chdir" in lines
    assert row["pid"] != pid


def test_a_script_without_a_first_line_is_the_shells(app):
    """Found along PATH, with its arguments, as every shell would run it."""
    (app.directory / "bin").mkdir()
    script = app.write("bin/greet", 'echo "$# arguments, the last is $2"; exec tail -f /dev/null\n')
    script.chmod(0o755)
    app.procfile(alpha="greet one two")
    app.start(env={"PATH": f"/no/such/directory::{app.directory}/bin:/usr/bin:/bin"})
    wait_for("its line", lambda: "2 arguments, the last is two" in str(app.logs("-p", "alpha")))
    assert app.pid("alpha.1")


def test_a_one_off_ends_as_a_shell_would(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.write("plain.txt", "hello\n")
    missing = app.ctl("run", "--", "ls | wc")
    assert missing.returncode == 127
    assert "exec ls | wc: No such file or directory" in missing.stderr
    assert "ctl run -- sh -c 'ls | wc'" in missing.stderr
    assert app.ctl("run", "--", "./plain.txt").returncode == 126
    assert app.ctl("run", "-d", "--", "nosuch").returncode == 1
