"""A process with a terminal (tty = true) is logged like any other, and ctl attach talks to it."""

import os
import signal
import subprocess

import isolation
import proc
import pytest
from daemon import STAYS
from home import BIN
from kills import kill_both, kill_keeper
from terminal import Terminal
from waiting import wait_for

PYTHON = "/usr/bin/python3 -q"
LET_GO = b"\x10\x11"


@pytest.fixture
def talker(app):
    app.procfile(talk=PYTHON, plain=STAYS)
    app.write("muster.toml", "[talk]\ntty = true\n")
    app.start("-m", "talk=1,plain=1")
    app.wait_log("app[talk.1]: >>> ", "-p", "talk.1")
    return app


def attach(app, process="talk.1"):
    return Terminal([BIN / "ctl", "-a", "app", "attach", process], app.home.environment,
                    app.directory, columns=100)


def talk(terminal, question, answer):
    terminal.press(question + b"\n")
    terminal.wait_shown(b"\r\n" + answer + b"\r\n")


@pytest.mark.asan
def test_talk_to_it_and_let_go(talker):
    pid = talker.pid("talk.1")
    with attach(talker) as terminal:
        terminal.wait_shown(b"Attached to talk.1; Ctrl-P Ctrl-Q lets go of it")
        talk(terminal, b"import os; print(os.ttyname(1)[:9], *os.get_terminal_size())",
             b"/dev/pts/ 100 50")
        talk(terminal, b"print(os.environ['TERM'], os.getsid(0) == os.getpid())", b"xterm True")
        terminal.press(b"print('half")
        terminal.press(b"\x03")
        terminal.wait_shown(b"KeyboardInterrupt")
        terminal.press(b"print('at the', 'end')\n" + LET_GO)
        assert terminal.wait_end() == 0
        assert b"Let go of talk.1" in terminal.shown
    talker.wait_log("app[talk.1]: at the end")
    assert talker.pid("talk.1") == pid
    assert "app[talk.1]: xterm True" in talker.logs("-p", "talk.1")
    assert "app[talk.1]: KeyboardInterrupt" in talker.logs("-p", "talk.1")
    assert "\r" not in "".join(talker.logs("-p", "talk.1")[1:4])


def test_who_comes_later_sees_the_same_from_then_on(talker):
    with attach(talker) as first, attach(talker) as second:
        for terminal in (first, second):
            terminal.wait_shown(b"Attached")
        talk(first, b"print('to', 'both')", b"to both")
        second.wait_shown(b"\r\nto both\r\n")
        second.resize(33, 77)
        talk(second, b"import os; print(os.get_terminal_size().lines)", b"33")
        first.press(LET_GO)
        assert first.wait_end() == 0
        talk(second, b"print('to', 'one')", b"to one")
        assert b"\r\nto one" not in first.read()


def test_who_comes_to_a_prompt_sees_it(talker):
    with attach(talker) as first:
        first.wait_shown(b"lets go of it\r\n>>> ")
        talk(first, b"print('for', 'one')", b"for one")
        first.press(b"'half a line")
        first.wait_shown(b"'half a line")
        with attach(talker) as second:
            second.wait_shown(b"lets go of it\r\n>>> 'half a line")
            assert b"for one" not in second.shown
            # A screen without an end of a line is not shown in part.
            first.press(b"'; print('x' * 5000, end='')\n")
            first.wait_shown(b"x" * 5000)
        with attach(talker) as third:
            talk(third, b"print('and', 'on')", b"and on")
            assert b"xx" not in third.shown


@pytest.mark.asan
def test_it_ends_with_the_process(talker):
    with attach(talker) as terminal:
        terminal.wait_shown(b"Attached")
        terminal.press(b"exit(5)\n")
        assert terminal.wait_end() == 5
    talker.wait_log("muster[talk.1]: Process exited with status 5")


def test_who_has_no_terminal_is_refused(talker):
    assert "plain.1 has no terminal; `tty = true` in muster.toml" in \
        talker.refused("attach", "plain.1")
    assert "No such process as talk.2" in talker.refused("attach", "talk.2")
    talker.ok("scale", "talk=2")
    talker.wait_state("talk.2", "up")
    assert "talk is several processes: talk.1, talk.2; say which one" in \
        talker.refused("attach", "talk")
    talker.ok("stop", "talk.2")
    assert "talk.2 does not run now" in talker.refused("attach", "talk.2")


def test_without_a_terminal_of_ours_input_is_passed_on(app):
    app.procfile(talk="read x; echo got $x; exit 3")
    app.write("muster.toml", "[talk]\ntty = true\nrestart = \"never\"\n")
    app.start()
    app.pid("talk.1")
    done = app.ctl("attach", "talk.1", input="this\n")
    assert (done.returncode, done.stdout.replace("\r", "")) == (3, "this\ngot this\n")


@pytest.mark.asan
def test_a_killed_supervisor_is_hardly_noticed(talker):
    pid = talker.pid("talk.1")
    with attach(talker) as terminal:
        terminal.wait_shown(b"Attached")
        talk(terminal, b"print('be' + 'fore')", b"before")
        talker.kill_supervisor()
        wait_for("an answer", lambda: terminal.press(b"print('af' + 'ter')\n")
                 or b"\r\nafter\r\n" in terminal.read())
        kill_keeper(talker)
        talk(terminal, b"print('la' + 'ter')", b"later")
        terminal.press(LET_GO)
        assert terminal.wait_end() == 0
    assert talker.pid("talk.1") == pid
    assert "muster[talk.1]: Process exited" not in "\n".join(talker.logs())


def test_no_line_is_lost_or_doubled_by_kills(app):
    app.procfile(count="seq 200000; read end")
    app.write("muster.toml", "[count]\ntty = true\nrestart = \"never\"\n")
    app.start()
    for least in (1, 50_000, 100_000):
        wait_for("more lines", lambda least=least: app.status()["lines"] > least)
        app.kill_supervisor()
    app.wait_log("app[count.1]: 200000", "-n", "1")
    lines = app.logs("-n", "300000", "-p", "count.1", "-s", "app")
    assert lines == [f"app[count.1]: {n}" for n in range(1, 200001)]


def test_when_both_are_killed_it_is_hung_up_and_started_again(talker):
    pid = talker.pid("talk.1")
    kill_both(talker)
    wait_for("another one", lambda: talker.row("talk.1")["pid"] not in (None, pid))
    assert not proc.alive(pid)
    with attach(talker) as terminal:
        terminal.wait_shown(b"Attached")
        talk(terminal, b"print('a' + 'new')", b"anew")


def test_a_slow_viewer_holds_nobody_up(app):
    app.procfile(flood="read go; yes 0123456789 | head -n 1000000; echo that was all; read end")
    app.write("muster.toml", "[flood]\ntty = true\n")
    app.start()
    app.pid("flood.1")
    with app.begin("attach", "flood.1", stdin=subprocess.PIPE) as viewer:
        try:
            viewer.stdin.write(b"go\n")
            viewer.stdin.flush()
            app.wait_log("app[flood.1]: that was all", "-n", "1")
            # The output was not read until now.
            seen = b""
            while b" bytes are not shown here, but in the log]" not in seen:
                seen += viewer.stdout.read1(1 << 20)
        finally:
            viewer.kill()
    assert len(app.lines_of("logs", "-n", "2000000", "-p", "flood.1", "-s", "app")) >= 1_000_001


def test_isolated_it_has_a_terminal_too(app):
    isolation.require()
    app.procfile(talk=PYTHON)
    app.write("muster.toml", "[talk]\ntty = true\nisolate = true\n")
    app.start()
    app.wait_log("app[talk.1]: >>> ", "-p", "talk.1")
    with attach(app) as terminal:
        terminal.wait_shown(b"Attached")
        talk(terminal, b"import os; print(os.isatty(0), os.getppid())", b"True 1")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_end() == 143
