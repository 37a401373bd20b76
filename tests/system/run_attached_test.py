"""ctl run: a one-off in the app's environment, with our input and output and its exit code."""

import os
import signal

import pytest
from waiting import wait_for


@pytest.fixture
def running(app):
    app.procfile(worker="echo worker $1; exec sleep 1000", task="echo task")
    app.write(".env", "FROM_FILE=yes\n")
    return app.start("-m", "worker=1,task=0")


@pytest.mark.asan
def test_output_of_both_streams(running):
    done = running.ctl("run", "--", "sh", "-c", "echo out; echo err >&2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "err\n")


@pytest.mark.asan
def test_stdin_goes_through_to_its_end(running):
    data = os.urandom(300_000)
    done = running.ctl("run", "--", "cat", input=data, text=False)
    assert done.returncode == 0
    assert done.stdout == data


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_codes(running, code):
    assert running.ctl("run", "--", "sh", "-c", f"exit {code}").returncode == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_a_signal_is_128_more(running, number):
    done = running.ctl("run", "--", "sh", "-c", f"kill -{int(number)} $$")
    assert done.returncode == 128 + number


def test_words_stay_words(running):
    done = running.ctl("run", "--", "printf", "<%s>", "a b", "", "$HOME", "*", "--help")
    assert done.stdout == "<a b><><$HOME><*><--help>"


def test_the_environment(running):
    done = running.ctl("run", "-e", "MINE=a=b c", "--", "sh", "-c",
                       'echo "$FROM_FILE $MINE $PS $DYNO $PWD"')
    assert done.stdout == f"yes a=b c run.1 run.1 {running.directory}\n"


def test_a_type_as_the_first_word_is_its_command(running):
    assert running.ctl("run", "--", "task").stdout == "task\n"
    assert running.ctl("run", "--", "task", "more", "words").stdout == "task more words\n"


def test_a_command_that_is_not_there(running):
    done = running.ctl("run", "--", "no-such-command-anywhere")
    assert done.returncode not in (0, 3)
    assert "no-such-command-anywhere" in done.stderr
    assert "No such file or directory" in done.stderr


def test_much_output_is_complete_and_bounded_by_the_reader(running):
    done = running.ctl("run", "--", "sh", "-c", "seq 300000; exit 3")
    assert done.returncode == 3
    assert done.stdout.splitlines() == [str(n) for n in range(1, 300001)]


def test_output_is_not_in_the_log_but_the_run_is(running):
    running.ok("run", "--", "echo", "secret words of mine")
    lines = running.logs("-p", "run.1")
    assert not any(line.startswith("app[run.1]") for line in lines)
    assert "muster[run.1]: Process exited with status 0" in lines
    assert "muster[run.1]: State changed from up to complete" in lines


def test_it_is_in_ps_while_it_runs_and_has_a_number_of_its_own(running):
    first, second = (running.begin("run", "--", "sleep", "1000") for _ in range(2))
    wait_for("both in ps", lambda: {"run.1", "run.2"} <= set(running.states()))
    assert running.formation() == "task=0 worker=1"
    running.ok("stop", "run.1", "run.2")
    assert first.wait(30) == second.wait(30) == 143
    wait_for("neither in ps", lambda: not {"run.1", "run.2"} & set(running.states()))


def test_ctrl_c_goes_to_the_one_off(running):
    ctl = running.begin("run", "--", "sh", "-c",
                        "trap 'echo got INT; exit 5' INT; echo ready; sleep 1000 & wait",
                        text=True)
    assert ctl.stdout.readline() == "ready\n"
    ctl.send_signal(signal.SIGINT)
    assert ctl.wait(30) == 5
    assert ctl.stdout.read() == "got INT\n"


def test_when_its_client_dies_it_is_ended(running):
    ctl = running.begin("run", "--", "sh", "-c", "echo ready; sleep 1000", text=True)
    assert ctl.stdout.readline() == "ready\n"
    assert running.tree("run.1")
    ctl.kill()
    ctl.wait()
    wait_for("the one-off to end", lambda: not running.tree("run.1"), 60)
