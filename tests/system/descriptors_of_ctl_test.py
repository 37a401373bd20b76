"""ctl where its standard descriptors are closed or full, as under cron and in CI: the end of input
is an end, and what cannot be written is said; nothing hangs."""

import subprocess

import pytest
from daemon import STAYS
from home import BIN


@pytest.fixture
def running(app):
    app.procfile(alpha="echo hello; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: hello")
    return app


def shell(app, line):
    """A line of a shell in which ctl is `$CTL`."""
    return subprocess.run(["sh", "-c", line], cwd=app.directory, capture_output=True, text=True,
                          timeout=60, env={**app.home.environment, "CTL": f"{BIN / 'ctl'} -a app"})


def test_closed_stdin_is_the_end_of_input(running):
    for words in ("ps", "logs", "run --shared -- cat", "run -- cat", "status --json"):
        done = shell(running, f"$CTL {words} <&-")
        assert done.returncode == 0, (words, done.stderr)


def test_closed_stdout_is_told_and_is_no_success(running):
    for words in ("ps", "logs", "status", "releases", "run -- echo hello"):
        done = shell(running, f"$CTL {words} >&-")
        assert done.returncode == 1, (words, done)
        assert "cannot write" in done.stderr, words


def test_a_full_stdout_is_told_and_is_no_success(running):
    for words in ("ps", "logs", "logs -t", "status --json", "run -- echo hello", "--help"):
        done = shell(running, f"$CTL {words} >/dev/full")
        assert done.returncode == 1, (words, done)
        assert "cannot write" in done.stderr and "No space left on device" in done.stderr, words


def test_closed_or_full_stderr_changes_nothing_but_that(running):
    assert "hello" in shell(running, "$CTL logs 2>&-").stdout
    assert shell(running, "$CTL ps nobody 2>&-").returncode == 1
    assert shell(running, "$CTL ps nobody 2>/dev/full").returncode == 1
    assert shell(running, "$CTL scale alpha=1 <&- 2>&-").returncode == 0


def test_all_three_closed(running):
    assert shell(running, "$CTL ps <&- >&- 2>&-").returncode == 1
    assert running.states() == {"alpha.1": "up"}


def test_a_reader_that_has_seen_enough_is_no_fault(running):
    done = shell(running, "$CTL logs -n all | head -n 1 >/dev/null; exit 0")
    assert done.stderr == ""


def test_in_a_directory_that_is_gone(running):
    done = shell(running, "mkdir gone && cd gone && rmdir ../gone && "
                          f"{BIN / 'ctl'} ps")
    assert done.returncode == 2
    assert "the current directory is no longer there" in done.stderr
    assert "filesystem error" not in done.stderr
