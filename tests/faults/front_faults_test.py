"""muster-front under fire: whatever strangers do to it, the daemon and its local clients notice
nothing."""

import os
import signal
import socket
import struct
import time

import proc
import pytest
from daemon import STAYS
from other_machine import front, wait_front
from waiting import wait_for

QUICK = 0.05
ROOM = 0.5  # for a machine that does other things as well


def stranger(port, text=b""):
    one = socket.socket()
    one.settimeout(5)
    try:
        one.connect(("127.0.0.1", port))
        one.sendall(text)
    except OSError:
        pass
    return one


def time_of_ps(app):
    """The best of three: whether the daemon is free is asked, not whether the machine is."""
    def once():
        begun = time.monotonic()
        assert "alpha.1" in app.ok("ps")
        return time.monotonic() - begun
    return min(once() for _ in range(3))


@pytest.mark.row("R11")
def test_it_has_given_up_its_rights(app, eve):
    pid = wait_front(app)
    assert (proc.status(pid, "NoNewPrivs"), proc.status(pid, "Seccomp")) == ("1", "2")
    lines = proc.read(pid, "limits").decode().splitlines()
    limits = {line[:26].strip(): line[26:].split()[1] for line in lines}
    assert limits["Max core file size"] == "0"
    assert limits["Max open files"] == "1024"
    assert limits["Max address space"] == str(2 << 30)


@pytest.mark.row("R8")
@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_flood_of_handshakes_is_held_off(app, eve, count):
    memory = proc.memory(app.pid_of_supervisor())
    for number in range(count):
        stranger(eve.port, b"GET / HTTP/1.1\r\n\r\n").close()
        if number % 200 == 0:
            assert time_of_ps(app) < QUICK + ROOM
    wait_for("it to be told", lambda: "too many refused connections" in app.errors)
    wait_for("it to listen again", lambda: "alpha.1" in eve.ctl("ps").stdout)
    assert proc.memory(app.pid_of_supervisor()) < memory + (8 << 20)


@pytest.mark.row("R9")
def test_peers_that_are_half_open_or_promise_huge_frames_cost_little(app, eve):
    """A greeting of ZMTP, then a command frame that says it is 2**40 bytes long."""
    pid = wait_front(app)
    huge = (b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + bytes(32)
            + b"\x06" + struct.pack(">Q", 1 << 40) + b"x" * 1000)
    peers = [stranger(eve.port, text) for text in [b"", b"\xff", huge] * 10]
    assert "alpha.1" in eve.ok("ps")
    assert proc.memory(pid) < 64 << 20
    assert wait_front(app) == pid
    for peer in peers:
        peer.close()


@pytest.mark.row("R3")
@pytest.mark.parametrize("count", [4, pytest.param(1000, marks=pytest.mark.long)])
def test_local_clients_are_undisturbed_while_it_dies_again_and_again(app, eve, count):
    """And no line is missing, here or over there."""
    app.write("Procfile", f"alpha: {STAYS}\n"
              "beta: i=0; while echo $i; do i=$((i+1)); sleep 0.01; done\n")
    app.ok("reload")
    supervisor, killed = app.pid_of_supervisor(), [0]
    for _ in range(count):
        wait_for("another front", lambda: front(app)["pid"] not in killed)
        killed = [0, front(app)["pid"]]
        os.kill(killed[1], signal.SIGABRT)
        assert time_of_ps(app) < QUICK + ROOM
        app.ok("key", "rotate", "--in", "300d")  # a change of keys ends the pause before a start
    wait_for("it to listen again", lambda: "alpha.1" in eve.ctl("ps").stdout)
    assert app.pid_of_supervisor() == supervisor
    assert set(app.states().values()) == {"up"}
    app.ok("stop", "beta")
    wanted = ("logs", "-n", "all", "-s", "app", "-p", "beta")
    here, there = app.ok(*wanted), eve.ok(*wanted)
    numbers = [int(line.split()[-1]) for line in here.splitlines()]
    assert there == here and numbers == list(range(len(numbers)))


@pytest.mark.row("R10")
def test_no_front_outlives_its_daemon_and_the_next_one_can_listen(app, eve):
    pid = wait_front(app)
    app.kill_hard()
    wait_for("it to be gone", lambda: not proc.alive(pid))
    app.start()
    after = wait_front(app)
    keeper = app.status()["keeper_pid"]
    for one in (after, keeper):
        os.kill(one, signal.SIGKILL)
    wait_for("another one", lambda: (front(app) or {}).get("pid") not in (None, 0, after))
    assert "alpha.1" in wait_for("it to listen", lambda: eve.ctl("ps").stdout)
