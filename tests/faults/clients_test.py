"""Whatever is held for a client has an owner, a quota and an end, and all of it together is
bounded: clients that die, that stand still, and that are very many."""


import proc
import pytest
import zmq
from clients import Client, client, process_that, subscriber
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


@pytest.mark.row("F88")
def test_replays_end_with_their_client(logged):
    def begin(context):
        clients = [Client(logged, context=context) for _ in range(REPLAYS)]
        for number, one in enumerate(clients):
            replay(number, one)
            assert one.reply()["reply"] == "replay_records"
        return clients
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
        clients = [Client(logged, context=context) for _ in range(100)]
        buses = [subscriber(logged, context, "log/") for _ in range(10)]
        for number, one in enumerate(clients):
            one.send(1, "ps")
            replay(2, one)
            if number % 10 == 0:
                one.send(3, "attach", process="talk.1", credit=0)
            assert one.reply()
        return clients + buses

    def all_gone():
        return logged.status()["exchanges"] == 0

    def round_of_clients():
        with process_that(take):
            pass
        wait_for("their exchanges to end", all_gone)

    def rounds(count):
        """The memory that the supervisor had after each of them. The allocator keeps some
        megabytes of what was freed, more or less at each look."""
        samples = []
        for _ in range(count):
            round_of_clients()
            samples.append(proc.memory(supervisor))
        return samples

    supervisor = logged.pid_of_supervisor()
    rounds(10)
    files = len(proc.open_files(supervisor))
    early = rounds(10)
    rounds(70)
    late = rounds(10)
    wait_for("their descriptors to be closed",
             lambda: len(proc.open_files(supervisor)) <= files + 2)
    assert logged.pid_of_supervisor() == supervisor
    assert logged.status()["bytes_under_way"] < MIB
    assert min(late) - max(early) < 4 * MIB, (early, late)
