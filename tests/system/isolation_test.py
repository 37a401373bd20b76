"""What is isolated sees a copy of the files and its own processes; the rest sees nothing of it."""

import sys

import pytest

import isolation
import proc
from daemon import STAYS
from waiting import wait_for

LOOK = "ls; ls /proc | grep -c '^[0-9]'"


@pytest.fixture
def possible():
    isolation.require()


@pytest.fixture
def running(app, possible):
    app.procfile(plain=STAYS, boxed=f"echo in > left; echo $PORT >&2; {STAYS}")
    app.write("muster.toml", "[boxed]\nisolate = true\n")
    app.write("here", "the file\n")
    return app.start("-m", "plain=1,boxed=1")


@pytest.mark.asan
def test_what_a_one_off_changes_is_gone_with_it(running):
    done = running.ctl("run", "--", "sh", "-c",
                       "echo more >> here; cat here; rm here; touch new; ls -a | wc -l; exit 9")
    assert done.returncode == 9
    assert done.stdout.splitlines()[:2] == ["the file", "more"]
    assert (running.directory / "here").read_text() == "the file\n"
    assert not (running.directory / "new").exists()


def test_each_one_off_begins_afresh(running):
    running.ok("run", "--", "touch", "new")
    assert running.ctl("run", "--", "test", "-e", "new").returncode == 1


def test_shared_it_is_where_the_app_is(running):
    assert running.ok("run", "--shared", "--", "sh", "-c", "touch new; echo $$").strip() != "2"
    assert (running.directory / "new").exists()


def test_a_command_of_ready_sees_what_its_process_sees(app, possible):
    app.procfile(boxed=f"echo in > left; {STAYS}")
    app.write("muster.toml", "[boxed]\nisolate = true\nready = 'exec:test -f left'\n")
    app.start()
    app.wait_state("boxed.1", "up")
    assert not (app.directory / "left").exists()


@pytest.mark.asan
def test_a_type_may_be_isolated_too(running):
    running.wait_log(f"app[boxed.1]: {running.row('boxed.1')['port']}")
    assert not (running.directory / "left").exists()
    assert running.ok("exec", "boxed.1", "cat", "left") == "in\n"
    names = running.ok("exec", "boxed.1", "sh", "-c", "cat /proc/[0-9]*/comm").split()
    assert names[:2] == ["muster-exec", "tail"]
    pid = running.pid("boxed.1")
    running.ok("stop", "boxed.1")
    assert not proc.alive(pid)
    assert running.row("boxed.1")["state"] == "down"


def test_exec_in_one_that_is_not_isolated_is_beside_it(running):
    assert running.ok("exec", "plain.1", "sh", "-c", 'echo "$PORT" $PWD') == \
        f"{running.row('plain.1')['port']} {running.directory}\n"
    assert running.ctl("exec", "plain.1", "sh", "-c", "exit 4").returncode == 4
    assert "No such process as plain.7" in running.refused("exec", "plain.7", "true")
    running.ok("stop", "plain.1")
    assert "plain.1 does not run now" in running.refused("exec", "plain.1", "true")


def test_it_dies_of_what_its_program_dies_of(running):
    for number in (9, 11, 15):
        done = running.ctl("run", "--", "sh", "-c", f"kill -{number} $$")
        assert done.returncode == 128 + number


def test_what_a_program_leaves_behind_is_ended_with_it(running):
    done = running.ctl("run", "--", "sh", "-c", "setsid tail -f /dev/null & echo $!")
    assert done.returncode == 0
    assert running.tree("run.1") == []


def test_the_disk_of_the_copy_is_limited(running):
    done = running.ctl("run", "--disk", "2M", "--", "dd", "if=/dev/zero", "of=big", "bs=1M",
                       "count=8")
    assert done.returncode == 1 and "No space left" in done.stderr


def test_a_time_out(running):
    client = running.begin("run", "--timeout", "200ms", "--", "tail", "-f", "/dev/null")
    assert client.wait(60) == 128 + 15
    running.wait_log("muster[run.1]: Stopping all processes with SIGTERM")
    assert "--timeout: 'soon' is not a duration" in running.refused(
        "run", "--timeout", "soon", "true", status=2)


def test_the_files_may_say_that_one_offs_are_shared(app):
    app.procfile(plain=STAYS)
    app.write("muster.toml", "[run]\nisolate = false\nenv.WHO = 'one-off'\n")
    app.start()
    assert app.ok("run", "--", "sh", "-c", "touch new; echo $WHO") == "one-off\n"
    assert (app.directory / "new").exists()
    assert app.ok("exec", "plain.1", "sh", "-c", "echo $WHO") == "\n"


def test_it_can_say_that_it_is_ready(app, possible):
    app.write("say.py", "import os, socket, sys\n"
              "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
              "s.connect(os.environ['NOTIFY_SOCKET'])\n"
              "s.send(b'READY=1\\nSTATUS=in a box')\n"
              "sys.stdin.read()\n"
              "os.execvp('tail', ['tail', '-f', '/dev/null'])\n")
    app.procfile(alpha=f"{sys.executable} -B say.py")
    app.write("muster.toml", "[alpha]\nisolate = true\nready = 'notify'\n")
    app.start()
    app.wait_state("alpha.1", "up")


def test_ready_by_port_and_a_new_supervisor_find_an_isolated_process(app, possible):
    app.write("serve.py", "import os, socket\n"
              "s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\n"
              "print('serves', flush=True)\ns.accept()\n")
    app.procfile(web=f"{sys.executable} -B serve.py")
    app.write("muster.toml", "[web]\nisolate = true\n")
    app.start()
    app.wait_state("web.1", "up")
    pid, before = app.pid("web.1"), app.kill_supervisor()
    app.successor(before)
    assert app.pid("web.1") == pid and proc.alive(pid)
    app.ok("stop", "web.1")
    wait_for("its end", lambda: not proc.alive(pid))
