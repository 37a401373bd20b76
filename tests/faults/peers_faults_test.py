"""Peers at their worst, on the control socket and on the bus: what they send, and what they never
read, costs the daemon a bounded amount of memory, and the others nothing."""

import os
import re
import signal
import socket
import subprocess

import msgpack
import proc
import pytest
import zmq
from daemon import STAYS
from waiting import wait_for

LONG = bool(os.environ.get("MUSTER_LONG"))
MIB = 1 << 20


GREETING = b"\xff" + b"\0" * 8 + b"\x7f\3\0NULL" + b"\0" * 48


@pytest.fixture
def peer(app):
    """A DEALER at the control socket of a running app, that never reads unless told to."""
    app.procfile(alpha="echo hello; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: hello")
    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 0
    dealer.sndhwm = dealer.rcvhwm = 10
    dealer.connect(f"ipc://{app.home.runtime}/control")
    yield dealer
    dealer.close()
    context.term()


@pytest.mark.row("F79")
@pytest.mark.parametrize("name", ["control", "bus"])
def test_random_bytes_leave_no_descriptor_behind(app, name):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    supervisor = app.pid_of_supervisor()
    before = len(proc.open_files(supervisor))
    for size in [0, 1, 100, 10_000, 1_000_000] * 10:
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(app.home.runtime / name))
            raw.settimeout(10)
            try:
                raw.sendall(os.urandom(size))
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(1000):
                    pass
            except OSError:
                pass  # being thrown out is fine
    app.ok("ps")
    wait_for("the sockets of those peers to be closed",
             lambda: len(proc.open_files(supervisor)) <= before + 1)
    assert app.pid_of_supervisor() == supervisor


@pytest.mark.row("F83")
@pytest.mark.parametrize("name", ["control", "bus"])
def test_a_frame_of_300_mb_is_cut_off_before_it_is_read(app, name):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    kind = b"DEALER" if name == "control" else b"SUB"
    ready = b"\5READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(str(app.home.runtime / name))
        raw.settimeout(30)
        raw.sendall(GREETING + bytes([4, len(ready)]) + ready +
                    b"\2" + (300_000_000).to_bytes(8, "big"))
        sent, chunk = 0, bytes(MIB)
        with pytest.raises(OSError):
            while sent < 300_000_000:
                sent += raw.send(chunk)
    assert sent < 10 * MIB
    app.ok("ps")
    assert proc.memory(supervisor) - before < 4 * MIB


@pytest.mark.row("F83")
def test_a_flood_of_tiny_messages_keeps_nobody_waiting_for_ever(app, peer):
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    flood = subprocess.Popen(["/usr/bin/python3", "-c", FLOOD, f"ipc://{app.home.runtime}/control",
                              str(1_000_000 if LONG else 100_000)], stdout=subprocess.PIPE)
    assert flood.stdout.readline() == b"begun\n"
    answered = 0
    while flood.poll() is None:
        app.ok("ps")
        answered += 1
    assert flood.returncode == 0 and answered > 0
    assert proc.memory(supervisor) - before < 8 * MIB


FLOOD = """
import sys, zmq
context = zmq.Context()
peer = context.socket(zmq.DEALER)
peer.sndhwm = 1000
peer.connect(sys.argv[1])
peer.send(b"x")
print("begun", flush=True)
for _ in range(int(sys.argv[2])):
    peer.send(b"x")
peer.close()
context.term()
"""


@pytest.mark.row("F83")
def test_a_message_of_100_000_parts_is_refused_whole(app, peer):
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    peer.send_multipart([b"part"] * 100_000)
    app.ok("ps")
    assert proc.memory(supervisor) - before < 16 * MIB
    assert app.pid_of_supervisor() == supervisor


@pytest.mark.row("F85")
def test_a_client_that_never_reads_its_replies_is_bounded(app, peer):
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    sent = 0
    for number in range(20_000):
        if not peer.poll(2000, zmq.POLLOUT):
            break
        peer.send(msgpack.packb({"id": number, "verb": "ps", "by": "t@t"}))
        sent += 1
        if sent % 1000 == 0:
            app.ok("ps")
    app.ok("ps")
    assert proc.memory(supervisor) - before < 8 * MIB
    assert app.pid_of_supervisor() == supervisor


@pytest.mark.row("F86")
def test_a_stopped_subscriber_costs_the_others_nothing(app):
    numbers = 20_000_000 if LONG else 2_000_000
    app.procfile(alpha=f"echo first; read x < go; seq {numbers}; "
                       "echo end; " + STAYS)
    go = app.gate("go")
    app.start()
    app.wait_log("app[alpha.1]: first")
    files = [app.home.path / f"{name}.out" for name in ("stopped", "well")]
    tails = []
    for path in files:
        with open(path, "wb") as out:
            tails.append(app.begin("logs", "-t", "-s", "app", "--from", "1", stdout=out))
    stopped, well = tails
    try:
        for path in files:
            wait_for("the first line", lambda path=path: b"first" in path.read_bytes())
        supervisor = app.pid_of_supervisor()
        before = proc.memory(supervisor)
        stopped.send_signal(signal.SIGSTOP)
        go.open()
        wait_for("the other one's last line", lambda: ends_with(files[1], b"]: end\n"), 240)
        # The messages that the bus keeps for one: its high water mark.
        assert proc.memory(supervisor) - before < 64 * MIB
        assert ends_with(files[0], b"]: first\n")
        stopped.send_signal(signal.SIGCONT)
        wait_for("its own last line", lambda: ends_with(files[0], b"]: end\n"), 240)
    finally:
        for tail in tails:
            proc.kill(tail.pid)
            tail.wait()
    for path in files:
        printed = re.findall(rb"\]: (\d+)\n", path.read_bytes())
        assert printed == [b"%d" % n for n in range(1, numbers + 1)]


def ends_with(path, words):
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - len(words)))
        return file.read() == words
