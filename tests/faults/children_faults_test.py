"""Group B: what processes do to us and to themselves."""

import errno
import os
import signal
import sys

import pytest

import proc
from daemon import STAYS, assert_each_launch_is_told_once
from waiting import wait_for


@pytest.mark.row("B24")
def test_a_process_that_makes_its_output_non_blocking_harms_itself_only(app):
    app.write("writer.py", """
import os, sys
os.set_blocking(1, False)
for n in range(200_000):
    text = b"%d\\n" % n
    while text:
        try:
            text = text[os.write(1, text):]
        except BlockingIOError:
            pass
sys.stderr.write("end\\n")
""")
    app.procfile(alpha=f"{sys.executable} -B writer.py; {STAYS}", beta="echo beside; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: end", "-n", "10", "-p", "alpha", deadline=120)
    lines = [record["line"] for record in app.records("-p", "alpha", "-s", "app", "--from", "1")
             if record["stream"] == "stdout"]
    assert lines == [str(n) for n in range(200_000)]


@pytest.mark.row("B26")
def test_a_process_that_reads_its_own_output_takes_from_itself_only(app):
    """Its pipe is open both ways, so it may; what it has read is its own."""
    app.procfile(alpha="echo mine; read x <&1; echo got $x >&2; " + STAYS,
                 beta="seq 1000; echo end; " + STAYS)
    app.start()
    app.wait_log("app[beta.1]: end")
    assert app.pid("alpha.1")
    assert [line for line in app.logs("-p", "beta", "-s", "app", "--from", "1")] == [
        f"app[beta.1]: {n}" for n in range(1, 1001)] + ["app[beta.1]: end"]


@pytest.mark.row("B27")
def test_what_changes_while_it_is_in_the_pipe_is_journaled_as_one_or_the_other(app):
    """Pages that were given to the pipe by vmsplice are still the process's own."""
    app.write("mutate.py", """
import ctypes, ctypes.util, mmap
libc = ctypes.CDLL(None, use_errno=True)
page = mmap.mmap(-1, 4096)
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
for round in range(2000):
    page[:] = (b"a" * 63 + b"\\n") * 64
    done = libc.vmsplice(1, ctypes.byref(Iovec(address, 4096)), 1, 0)
    assert done > 0, ctypes.get_errno()
    page[:] = (b"b" * 63 + b"\\n") * 64
print("end", flush=True)
""")
    app.procfile(alpha=f"{sys.executable} -B mutate.py; {STAYS}")
    app.start()
    app.wait_log("app[alpha.1]: end", "-n", "10", deadline=120)
    lines = [record["line"] for record in app.records("-p", "alpha", "-s", "app", "--from", "1")]
    assert lines.pop() == "end"
    assert set("".join(lines)) <= set("ab") and {len(line) for line in lines} == {63}
    app.stop()
    stored = app.ctl("logs", "--from", "1", "-s", "app")
    assert stored.returncode == 0 and not stored.stderr
    assert len(stored.stdout.splitlines()) == len(lines) + 1


@pytest.mark.row("B28")
def test_hundreds_of_launches_leave_nothing_behind_in_the_daemon(app):
    app.procfile(alpha="true; " + STAYS, beta=STAYS)
    app.start("-m", "alpha=5,beta=1")
    supervisor = app.pid_of_supervisor()

    def restart(times):
        for _ in range(times):
            app.ok("restart", "alpha")
        wait_for("all to be up", lambda: set(app.states().values()) == {"up"})

    restart(10)
    files, memory = len(proc.open_files(supervisor)), proc.memory(supervisor)
    restart(60)
    wait_for("the descriptors of before",
             lambda: len(proc.open_files(supervisor)) <= files)
    assert proc.memory(supervisor) <= memory + (2 << 20)


@pytest.mark.row("B29")
@pytest.mark.parametrize("make, error", [
    (lambda path: path.write_text("#!/srv/no/such/interpreter\n"), errno.ENOENT),
    (lambda path: path.write_bytes(b"\x7fELF nonsense"), errno.ENOEXEC),
], ids=["interpreter", "elf"])
def test_a_program_that_the_kernel_refuses(app, make, error):
    program = app.directory / "program"
    make(program)
    program.chmod(0o755)
    app.procfile(alpha="./program", beta=STAYS)
    app.start()
    app.wait_state("alpha.1", "crashed")
    text = "\n".join(app.logs("-p", "alpha.1"))
    assert "./program" in text
    if error == errno.ENOENT:
        assert os.strerror(error) in text
    assert app.pid("beta.1")


@pytest.mark.row("B29")
def test_a_program_that_is_being_written(app):
    program = app.directory / "program"
    program.write_bytes(open("/bin/true", "rb").read())
    program.chmod(0o755)
    app.procfile(alpha="./program")
    with open(program, "ab"):
        app.start()
        app.wait_state("alpha.1", "crashed")
    assert os.strerror(errno.ETXTBSY) in "\n".join(app.logs("-p", "alpha.1"))


@pytest.mark.row("B29")
def test_a_command_that_is_too_long_for_the_kernel(app):
    app.procfile(alpha="echo " + "x" * 200_000 + " $HOME", beta=STAYS)
    started = app.start_in_background()
    if started.returncode == 0:
        app.wait_state("alpha.1", "crashed")
        assert os.strerror(errno.E2BIG) in "\n".join(app.logs("-p", "alpha.1", "-n", "10"))
        assert app.pid("beta.1")
    else:
        assert "Procfile:1" in started.stderr


@pytest.mark.row("B35")
def test_every_exit_code_is_told(app):
    app.procfile(alpha="exit $((${PS#alpha.} - 1))")
    app.start("-m", "alpha=0")
    app.ok("scale", "--no-wait", "alpha=256")
    wait_for("all to have exited twice", lambda: set(app.states().values()) == {"crashed"},
             deadline=120)
    app.ok("stop", "alpha")
    running, exits = assert_each_launch_is_told_once(
        app, lambda process: int(process.split(".")[1]) - 1)
    assert not running and exits >= 512


@pytest.mark.row("B35")
def test_every_signal_is_told(app):
    harmless = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH, signal.SIGSTOP,
                signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    numbers = sorted(set(range(1, 32)) - harmless)
    app.procfile(alpha="ulimit -c 0; set -- " + " ".join(map(str, numbers))
                       + "; shift $((${PS#alpha.} - 1)); kill -$1 $$; read x < never")
    app.gate("never")
    app.start("-m", "alpha=0")
    app.ok("scale", "--no-wait", f"alpha={len(numbers)}")
    wait_for("all to have died twice", lambda: set(app.states().values()) == {"crashed"},
             deadline=120)
    app.ok("stop", "alpha")
    assert_each_launch_is_told_once(
        app, lambda process: 128 + numbers[int(process.split(".")[1]) - 1])


@pytest.mark.row("B18")
def test_a_process_that_is_killed_while_it_writes_has_its_last_bytes_kept(app):
    app.procfile(alpha="i=0; while echo $i; do i=$((i+1)); done", beta=STAYS)
    app.start()
    for _ in range(5):
        pid = app.pid("alpha.1")
        before = app.status()["lines"]
        wait_for("lines", lambda before=before: app.status()["lines"] > before + 1000)
        os.kill(pid, signal.SIGKILL)
        app.ok("restart", "alpha.1")
    app.ok("stop", "alpha")
    launches, numbers = [], []
    for record in app.records("-p", "alpha", "-n", "100000000"):
        if record.get("pid"):
            launches.append(numbers := [])
        elif record["source"] == "app":
            numbers.append((record["line"], record.get("partial", False)))
    assert len(launches) >= 6
    for numbers in launches:
        whole = [line for line, partial in numbers if not partial]
        assert whole == [str(n) for n in range(len(whole))]
        assert len(numbers) - len(whole) <= 1


@pytest.mark.row("B23")
def test_a_fork_bomb_is_held_by_pids_and_ended(app):
    app.write("bomb.py", """
import os, select, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.nice(19)
while True:
    try:
        os.fork()
    except OSError:
        select.select([], [], [], 0.05)
""")
    app.procfile(alpha=f"exec {sys.executable} -B bomb.py", beta=STAYS)
    app.write("muster.toml", "[alpha]\npids = 50\n")
    app.start("-t", 1)
    beta, supervisor = app.pid("beta.1"), app.pid_of_supervisor()
    if app.row("alpha.1")["state"] == "crashed":
        app.end()
        pytest.skip("no limits may be set here")
    wait_for("the limit to be reached", lambda: len(app.tree("alpha.1")) == 50)
    app.ok("scale", "beta=2")
    app.pid("beta.2")
    assert len(app.tree("alpha.1")) == 50
    app.ok("stop", "alpha")
    assert app.tree("alpha.1") == []
    assert (app.pid("beta.1"), app.pid_of_supervisor()) == (beta, supervisor)
