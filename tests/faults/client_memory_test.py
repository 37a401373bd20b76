"""All that is under way to clients together is bounded in bytes: clients that read nothing, replays
and attaches that stand still, stopped subscribers and subscriptions in masses."""

import os
import select
import signal
import subprocess

import proc
import pytest
import zmq
from clients import Client, process_that, subscriber
from daemon import STAYS
from waiting import wait_for

MIB = 1 << 20
# The bytes that all clients together may have under way, and the memory that this costs at most.
UNDER_WAY, MARGIN = 64 * MIB, 40 * MIB
REPLAYS = 64

@pytest.fixture
def logged(app):
    """Some megabytes of log, and a process that goes on."""
    app.procfile(alpha="seq 1000000; echo end; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: end", "-n", "1")
    return app


def growth(app, before):
    return proc.memory(app.pid_of_supervisor()) - before


def replay(number, peer, credit=1):
    peer.send(number, "replay", credit=credit)


@pytest.mark.row("F93")
def test_memory_is_bounded_for_clients_that_read_no_replies(app):
    app.procfile(w=STAYS + " #" + "x" * 5000)
    app.start("-m", "w=100")
    wait_for("all of them", lambda: set(app.states().values()) == {"up"})
    before = proc.memory(app.pid_of_supervisor())
    context = zmq.Context()
    deaf = []
    for _ in range(12):
        one = Client(app, context=context)
        one.socket.rcvhwm = 1
        deaf.append(one)
        for number in range(300):
            one.send(number, "ps")
        app.ok("ps")
        assert growth(app, before) < UNDER_WAY + MARGIN
    assert app.status()["bytes_under_way"] < UNDER_WAY + 16 * MIB
    for one in deaf:
        one.close()
    context.term()
    wait_for("nothing to be under way", lambda: app.status()["bytes_under_way"] < MIB)


@pytest.mark.row("F93")
def test_memory_is_bounded_for_replays_that_nobody_reads(logged):
    before = proc.memory(logged.pid_of_supervisor())
    context = zmq.Context()
    deaf = [Client(logged, context=context) for _ in range(8)]
    for one in deaf:
        for number in range(8):
            replay(number, one, credit=16)
        logged.ok("ps")
    for _ in range(20):
        logged.ok("ps")
        assert growth(logged, before) < UNDER_WAY + MARGIN
    for one in deaf:
        one.close()
    context.term()


@pytest.mark.row("F93")
def test_memory_is_bounded_for_attached_clients_beside_a_flood(app):
    app.procfile(flood="read go; yes 0123456789 | head -n 3000000; echo that was all; read end")
    app.write("muster.toml", "[flood]\ntty = true\n")
    app.start()
    app.pid("flood.1")
    before = proc.memory(app.pid_of_supervisor())
    context = zmq.Context()
    viewers = [Client(app, context=context) for _ in range(80)]
    answers = []
    for viewer in viewers:
        answers.append(viewer.ask(1, "attach", process="flood.1", credit=16)["reply"])
    assert answers.count("run_started") == 64
    viewers[0].send(1, "input", data=b"go\n")
    while app.logs("-n", "1", "-p", "flood.1")[-1:] != ["app[flood.1]: that was all"]:
        assert growth(app, before) < UNDER_WAY + MARGIN
    assert growth(app, before) < UNDER_WAY + MARGIN
    for viewer in viewers:
        viewer.close()
    context.term()


@pytest.mark.row("F93")
def test_memory_is_bounded_for_stopped_subscribers(app):
    rounds, lines = 5, 30_000  # of 1,000 bytes
    app.procfile(flood=f"for i in $(seq {rounds}); do read x < go; "
                       f"yes $(printf %01000d 0) | head -n {lines}; echo end $i; done; " + STAYS)
    go = app.gate("go")
    app.start()
    app.pid("flood.1")
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    stopped = []
    with open(app.home.path / "well.out", "wb") as out:
        well = app.begin("logs", "-t", "--from", "1", "-p", "flood", "-s", "app", stdout=out)
    try:
        for number in range(1, rounds + 1):
            ready, told = os.pipe()
            one = subprocess.Popen(["/usr/bin/python3", "-c", SUBSCRIBE, str(app.home.runtime)],
                                   stdout=told)
            os.close(told)
            stopped.append(one)
            # It hears from the first notice on that is published once it has been let in.
            wait_for("it to be subscribed",
                     lambda ready=ready: app.ok("reload") and select.select([ready], [], [], 0)[0])
            assert os.read(ready, 1) == b"x"
            os.close(ready)
            one.send_signal(signal.SIGSTOP)
            go.open()
            wait_for("the flood to end",
                     lambda number=number: app.logs("-n", "1", "-p", "flood", "-s", "app")[-1:]
                     == [f"app[flood.1]: end {number}"], 120)
            assert growth(app, before) < UNDER_WAY + MARGIN
        wait_for("the one that is well to have all", lambda: rounds * (lines + 1) == sum(
            1 for _ in open(app.home.path / "well.out", "rb")), 120)
    finally:
        for one in [*stopped, well]:
            one.kill()
            one.wait()


SUBSCRIBE = """
import signal, sys, zmq
bus = zmq.Context().socket(zmq.SUB)
bus.rcvhwm = 1
bus.subscribe(b"")
bus.connect(f"ipc://{sys.argv[1]}/bus")
bus.poll()
sys.stdout.write("x")
sys.stdout.flush()
signal.pause()
"""


@pytest.mark.row("F87")
def test_valid_subscriptions_in_masses_are_bounded(logged):
    supervisor = logged.pid_of_supervisor()
    before = proc.memory(supervisor)

    def subscribe(context):
        peers = [context.socket(zmq.XSUB) for _ in range(8)]
        for peer in peers:
            peer.linger = peer.sndhwm = 0
            peer.connect(f"ipc://{logged.home.runtime}/bus")
            for _ in range(2000):
                peer.send(b"\1log/" + os.urandom(30).hex().encode() + b"." + b"123/")
        return peers
    with process_that(subscribe):
        wait_for("them to be refused", lambda: "it is shut out" in logged.errors)
        for _ in range(20):
            logged.ok("ps")
            assert proc.memory(supervisor) - before < 12 * MIB
        # The program is shut out of the bus only, and everybody else is served.
        context = zmq.Context()
        bus = subscriber(logged, context, "scale/", queue=10)

        def is_heard():
            logged.ok("scale", "alpha=2")
            logged.ok("scale", "alpha=1")
            return bus.poll(100)
        wait_for("a record on the bus", is_heard)
        bus.close()
        context.term()
    assert logged.pid_of_supervisor() == supervisor


@pytest.mark.row("F87")
def test_a_mistake_with_subscriptions_is_forgiven_soon(logged):
    """By the very process that made it, as soon as its connection makes none any more."""
    context = zmq.Context()
    peer = context.socket(zmq.XSUB)
    peer.connect(f"ipc://{logged.home.runtime}/bus")
    for number in range(100):
        peer.send(b"\1nonsense %d" % number)
    wait_for("it to be shut out", lambda: "it is shut out" in logged.errors)
    peer.close(linger=0)
    bus = subscriber(logged, context, "scale/", queue=10)

    def is_heard():
        logged.ok("scale", "alpha=2")
        logged.ok("scale", "alpha=1")
        return bus.poll(100)
    wait_for("it to be let in again", is_heard)
    bus.close()
    context.term()
