"""Whatever is held for a client has an owner, a quota and an end, and all of it together is
bounded: clients that die, that stand still, and that are very many."""

import os
import signal
import subprocess

import msgpack
import proc
import pytest
import zmq
from clients import Client, client, process_that, subscriber
from daemon import STAYS
from waiting import wait_for

MIB = 1 << 20
# What all clients together may have under way, and what memory that costs at most.
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


@pytest.mark.row("F88")
def test_replays_end_with_their_client(logged):
    def begin(context):
        for number in range(REPLAYS):
            one = Client(logged, context=context)
            replay(number, one)
            assert one.reply()["reply"] == "replay_records"
    with process_that(begin):
        assert logged.status()["exchanges"] == REPLAYS
    wait_for("the replays to end", lambda: logged.status()["exchanges"] == 0)
    assert len(logged.ok("logs", "-n", "10").splitlines()) == 10


@pytest.mark.row("F88")
def test_pagers_that_stand_still_keep_nobody_from_the_log(logged):
    context = zmq.Context()
    pagers = [Client(logged, context=context) for _ in range(REPLAYS)]
    for pager in pagers:
        replay(1, pager)
        assert pager.reply()["reply"] == "replay_records"
    # At once by reading the journal itself, and the same lines.
    assert logged.logs("-n", "3", "-s", "app")[-1] == "app[alpha.1]: end"
    with client(logged) as late:
        def is_served():
            replay(1, late)
            return late.reply()["reply"] == "replay_records"
        wait_for("one of them to give way", is_served)
    gone = [reply for pager in pagers if (reply := pager.reply(0))]
    assert [reply["refusal"] for reply in gone] == ["gone"]
    for pager in pagers:
        pager.close()
    context.term()


@pytest.mark.row("F88")
def test_a_follower_is_served_although_all_places_are_taken(logged):
    context = zmq.Context()
    readers = [Client(logged, context=context) for _ in range(REPLAYS)]
    for reader in readers:
        replay(1, reader)
        assert reader.reply()["reply"] == "replay_records"
    tail = logged.begin("logs", "-t", "-n", "2", "-s", "muster")
    try:
        assert b"muster[" in tail.stdout.readline()
        logged.ok("scale", "alpha=2")
        while b"Scale to alpha=2" not in tail.stdout.readline():
            pass
    finally:
        tail.kill()
        tail.wait()
        for reader in readers:
            reader.close()
        context.term()


@pytest.mark.row("F88")
def test_one_client_cannot_take_all_places(logged):
    with client(logged) as greedy, client(logged) as modest:
        for number in range(REPLAYS):
            replay(number, greedy)
        replies = [greedy.reply() for _ in range(REPLAYS)]
        assert {reply["reply"] for reply in replies} == {"replay_records", "refused"}
        refused = next(reply for reply in replies if reply["reply"] == "refused")
        assert "at once are the most that a client may have" in refused["message"]
        assert modest.ask(1, "replay", credit=1)["reply"] == "replay_records"


@pytest.mark.row("F88")
def test_attached_one_offs_have_a_quota(app):
    app.procfile(alpha=STAYS)
    app.start()
    with client(app) as greedy:
        for number in range(70):
            greedy.send(number, "run", command=["sleep", "1000"], shared=True, credit=1)
        replies = [greedy.reply() for _ in range(70)]
        refused = [reply for reply in replies if reply["reply"] == "refused"]
        assert len(refused) == 6 and "of this client" in refused[0]["message"]
    wait_for("the one-offs to be hung up", lambda: list(app.states()) == ["alpha.1"], 60)


@pytest.mark.row("F90")
def test_10_000_clients_that_come_take_and_vanish_leave_nothing(logged):
    logged.write("muster.toml", "[talk]\ntty = true\n")
    logged.procfile(alpha=STAYS, talk="exec cat")
    logged.ok("reload")
    logged.ok("scale", "talk=1")
    logged.pid("talk.1")

    def take(context):
        for number in range(100):
            one = Client(logged, context=context)
            one.send(1, "ps")
            replay(2, one)
            if number % 10 == 0:
                one.send(3, "attach", process="talk.1", credit=0)
                subscriber(logged, context, "log/")
            assert one.reply()

    def all_gone():
        return logged.status()["exchanges"] == 0

    def round_of_clients():
        with process_that(take):
            pass
        wait_for("their exchanges to end", all_gone)

    supervisor = logged.pid_of_supervisor()
    for _ in range(10):
        round_of_clients()
    files, memory = len(proc.open_files(supervisor)), proc.memory(supervisor)
    for _ in range(90):
        round_of_clients()
    wait_for("their descriptors to be closed",
             lambda: len(proc.open_files(supervisor)) <= files + 2)
    assert logged.pid_of_supervisor() == supervisor
    assert logged.status()["bytes_under_way"] < MIB
    assert proc.memory(supervisor) - memory < 8 * MIB


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
    app.procfile(flood="for i in 1 2 3 4 5 6 7 8; do read x < go; seq 3000000; echo end $i; done; "
                       + STAYS)
    go = app.gate("go")
    app.start()
    app.pid("flood.1")
    supervisor = app.pid_of_supervisor()
    before = proc.memory(supervisor)
    stopped = []
    with open(app.home.path / "well.out", "wb") as out:
        well = app.begin("logs", "-t", "--from", "1", "-p", "flood", "-s", "app", stdout=out)
    try:
        for number in range(1, 9):
            ready, told = os.pipe()
            one = subprocess.Popen(["/usr/bin/python3", "-c", SUBSCRIBE, str(app.home.runtime)],
                                   stdout=told)
            os.close(told)
            stopped.append(one)
            assert os.read(ready, 1) == b"x"
            os.close(ready)
            one.send_signal(signal.SIGSTOP)
            go.open()
            wait_for("the flood to end",
                     lambda number=number: app.logs("-n", "1", "-s", "app")[-1:]
                     == [f"app[flood.1]: end {number}"], 120)
            assert growth(app, before) < UNDER_WAY + MARGIN
        lines = 8 * 3_000_001
        wait_for("the one that is well to have all",
                 lambda: sum(1 for _ in open(app.home.path / "well.out", "rb")) == lines, 240)
    finally:
        for one in [*stopped, well]:
            one.kill()
            one.wait()


SUBSCRIBE = """
import sys, zmq
bus = zmq.Context().socket(zmq.SUB)
bus.subscribe(b"")
bus.connect(f"ipc://{sys.argv[1]}/bus")
while not bus.poll(100):
    pass
sys.stdout.write("x")
sys.stdout.flush()
bus.poll()
"""


@pytest.mark.row("F87")
def test_valid_subscriptions_in_masses_are_bounded(logged):
    supervisor = logged.pid_of_supervisor()
    before = proc.memory(supervisor)

    def subscribe(context):
        for _ in range(8):
            peer = context.socket(zmq.XSUB)
            peer.linger = peer.sndhwm = 0
            peer.connect(f"ipc://{logged.home.runtime}/bus")
            for _ in range(2000):
                peer.send(b"\1log/" + os.urandom(30).hex().encode() + b"." + b"123/")
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


def test_malformed_messages_do_not_fill_the_log(logged):
    before = len(logged.errors)
    with client(logged) as peer:
        for _ in range(30_000):
            peer.socket.send(b"\xc1nonsense")
        wait_for("all of them to be counted",
                 lambda: logged.status()["clients_refused"] >= 30_000)
    told = logged.errors[before:]
    assert "request: not msgpack" in told
    assert len(told) < 20_000


@pytest.mark.parametrize("frames", [2, 3, 1000])
def test_a_message_of_several_frames_is_refused_with_id_0(logged, frames):
    with client(logged) as peer:
        body = msgpack.packb({"id": 7, "verb": "ps", "by": "t@t"})
        peer.socket.send_multipart([body] * frames)
        reply = peer.reply()
        assert (reply["id"], reply["reply"], reply["refusal"]) == (0, "refused", "usage")
        assert peer.ask(8, "version")["id"] == 8


def test_a_req_socket_is_told_that_it_is_the_wrong_kind(logged):
    with client(logged, zmq.REQ) as peer:
        reply = peer.ask(7, "ps")
        assert (reply["id"], reply["reply"], reply["refusal"]) == (0, "refused", "usage")
        assert "use DEALER" in reply["message"]


def test_a_request_without_by_is_refused_and_changes_nothing(logged):
    with client(logged) as peer:
        peer.socket.send(msgpack.packb({"id": 7, "verb": "scale", "changes": ["alpha=3"]}))
        assert peer.reply()["message"] == "request: field 'by' is missing"
    assert logged.formation() == "alpha=1"
