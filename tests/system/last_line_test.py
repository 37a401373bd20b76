"""A last line without a newline is kept, and a half line is shown after a second, and joined."""

import proc
import pytest
from waiting import wait_for


@pytest.mark.row("B19")
@pytest.mark.asan
def test_the_last_line_of_a_process_that_ends(app):
    app.procfile(alpha="printf 'one\\nno newline'; exit 1")
    app.start()
    lines = app.wait_log("app[alpha.1]: no newline")
    assert "app[alpha.1]: one" in lines


@pytest.mark.row("B18")
def test_what_a_killed_process_had_written_is_kept(app):
    app.procfile(alpha="printf 'half a line'; exec sleep 1000")
    app.start()
    pid = app.pid("alpha.1")
    proc.kill(pid)
    app.wait_log("app[alpha.1]: half a line")


def test_a_half_line_shows_after_a_second_and_never_delays_others(app):
    app.procfile(alpha="printf 'Password: '; exec sleep 1000",
                 bravo="while :; do echo tick; sleep 0.2; done")
    app.start()

    def partial():
        return [r for r in app.records("-p", "alpha", "-s", "app") if r["line"] == "Password: "]
    record, = wait_for("the prompt", partial)
    assert record["partial"]
    assert app.logs("-p", "bravo", "-s", "app").count("app[bravo.1]: tick") > 2


def test_a_half_line_that_goes_on_is_one_line_in_the_end(app):
    app.procfile(alpha="printf 'begin '; while [ ! -e go ]; do sleep 0.05; done; echo end; "
                       "exec sleep 1000")
    app.start()
    wait_for("the half line", lambda: app.records("-p", "alpha", "-s", "app"))
    app.write("go", "")
    app.wait_log("app[alpha.1]: begin end")
    assert app.logs("-p", "alpha", "-s", "app") == ["app[alpha.1]: begin end"]


def test_both_streams_have_their_own_half_lines(app):
    app.procfile(alpha="printf out; printf err >&2; echo ' put'; echo ' or' >&2; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: out put")
    app.wait_log("app[alpha.1]: err or")


@pytest.mark.asan
def test_a_line_of_200_kib_is_joined(app):
    app.write("blob", b"x" * 204_800 + b"END\n")
    app.procfile(alpha="cat blob; echo after; exec sleep 1000")
    app.start()
    lines = app.wait_log("app[alpha.1]: after")
    assert "app[alpha.1]: " + "x" * 204_800 + "END" in lines


def test_a_huge_line_is_bounded(app):
    size = 60 << 20
    app.procfile(alpha=f"head -c {size} /dev/zero | tr '\\0' y; echo; echo after; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: after", "-n", "1", "-s", "app", deadline=60)
    out = app.ok("logs", "-s", "app", "-n", "1000000", text=False, timeout=120)
    assert out.count(b"y") == size
    assert int(proc.status(app.pid_of_supervisor(), "VmHWM").split()[0]) < 200_000
