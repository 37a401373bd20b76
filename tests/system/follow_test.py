"""A replay that follows: history, then live, over one socket, by credit and without a gap."""

import time

import proc
import pytest
import zmq
from clients import Client, Follower, client, process_that
from daemon import STAYS
from waiting import stays, wait_for

FLOOD = "i=0; while [ ! -e enough ]; do i=$((i+1)); echo $i; done; echo end; " + STAYS


@pytest.fixture
def follower(app):
    made = []

    def make(**wanted):
        made.append(Follower(app, **wanted))
        return made[-1]
    yield make
    for one in made:
        one.close()


def has_line(process, line):
    return lambda one: line in one.lines(process)[-1:]


def assert_counts_up(lines):
    numbers = [int(line) for line in lines if line.isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))


def assert_nothing_is_missing(one):
    """The follower takes everything."""
    seqs = [record["seq"] for record in one.records]
    assert seqs == list(range(1, len(seqs) + 1)) and not one.gone


def test_history_then_live_under_a_flood_by_slow_credit(app, follower):
    app.procfile(alpha=FLOOD, bravo=FLOOD)
    app.start()
    wait_for("some history", lambda: app.status()["lines"] > 20_000)
    slow, quick = follower(), follower(topics=["log/alpha.1/"])
    slow.ask()
    quick.ask(credit=16)
    for _ in range(20):
        assert slow.take()["reply"] == "replay_records"
        slow.grant()
        quick.take()
        quick.grant()
    app.write("enough", "")
    quick.take_until("the end", has_line("alpha.1", b"end"))
    slow.take_until("the ends", lambda one: one.live and
                    all(has_line(name, b"end")(one) for name in ("alpha.1", "bravo.1")))
    assert_nothing_is_missing(slow)
    for one, name in (slow, "alpha.1"), (slow, "bravo.1"), (quick, "alpha.1"):
        assert one.lines(name)[-1] == b"end"
        assert_counts_up(one.lines(name))
    assert {record["process"] for record in quick.records} == {"alpha.1"}


def test_nothing_comes_beyond_the_credit_and_a_line_comes_at_once(app, follower):
    app.procfile(alpha="while read x < go; do echo $x; done")
    go = app.gate("go")
    app.start()
    one = follower(topics=["log/"])
    one.ask(credit=2)
    first = one.take()
    assert first["live"] and first["head"] <= app.status()["seq"]
    begun = time.monotonic()
    go.open()
    assert one.take()["more"] and one.records
    assert time.monotonic() - begun < 5
    app.ok("restart", "alpha")  # a heartbeat would be due; there is no credit for it
    assert one.take(7_000) is None
    one.grant()
    one.take_until("the rest", lambda seen: seen.head >= 1)


def test_what_retention_takes_from_one_who_reads_nothing_is_told_exactly(app, follower):
    app.procfile(alpha="read x < go; " + FLOOD)
    go = app.gate("go")
    app.start("--journal-size", "1M")
    one = follower()
    one.ask(credit=1)
    one.take()
    go.open()
    reached = one.head
    wait_for("its records to be deleted",
             lambda: app.status()["journal_oldest_seq"] > reached + 1000, 120)
    app.write("enough", "")
    one.grant()
    one.take_until("the end", has_line("alpha.1", b"end"))
    numbers = [int(line) for line in one.lines("alpha.1") if line.isdigit()]
    seqs = [record["seq"] for record in one.records]
    missing = set(range(1, seqs[-1])) - set(seqs)
    told = [seq for first, last, _ in one.gone for seq in range(first, last + 1)]
    assert one.gone and len(told) == len(set(told)) and set(told) == missing
    lines = sum(loss["last_line"] - loss["first_line"] + 1 for _, _, loss in one.gone)
    events = sum(1 for record in one.records if record["kind"] != "log")
    shown = len(one.lines("alpha.1")) + events
    assert lines == app.status()["lines"] - shown - (app.status()["seq"] - seqs[-1])
    assert {loss["cause"] for _, _, loss in one.gone} == {"retention"}
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("kill", ["supervisor", "both", "upgrade"])
def test_another_daemon_is_followed_from_where_the_last_one_was(app, follower, kill):
    app.procfile(alpha=FLOOD)
    app.start()
    one = follower()
    one.ask(credit=16)
    for _ in range(3):
        for _ in range(5):
            one.take()
            one.grant()
        if kill == "supervisor":
            app.kill_supervisor()
        elif kill == "upgrade":
            app.ok("upgrade")
            wait_for("its word", lambda: (one.take() or {}).get("refusal") == "gone")
        else:
            app.kill_hard()
            app.start()

        def answers():
            one.ask(credit=16)
            return (one.take(1_000) or {}).get("reply") == "replay_records"
        wait_for("the next daemon", answers)
    app.write("enough", "")
    one.take_until("the end", lambda seen: b"end" in seen.lines("alpha.1"))
    assert_nothing_is_missing(one)
    assert_counts_up(one.lines("alpha.1")[:one.lines("alpha.1").index(b"end")]
                     if kill != "both" else [])


def test_followers_end_with_their_client_and_hold_nothing_meanwhile(app):
    app.procfile(alpha="read x < go; seq 300000; echo end; " + STAYS)
    go = app.gate("go")
    app.start()
    before = app.status()

    def begin(context):
        clients = [Follower(app, context) for _ in range(20)]
        for one in clients:
            one.ask(credit=1)
            assert one.take()["live"]
        return clients
    with process_that(begin):
        assert app.status()["exchanges"] == 20
        go.open()
        app.wait_log("app[alpha.1]: end", "-n", "1")
        during = app.status()
        assert during["exchanges"] == 20 and during["bytes_under_way"] < 1 << 20
        assert during["open_fds"] <= before["open_fds"] + 2 * 20 + 10
    wait_for("them to end", lambda: app.status()["exchanges"] == 0)


def test_a_filter_that_matches_rarely_is_told_how_far_it_is(app, follower):
    app.procfile(alpha="read x < go; echo hello; " + STAYS, bravo=FLOOD)
    go = app.gate("go")
    app.start()
    one = follower(topics=["log/alpha.1/"])
    one.ask(credit=16)
    assert one.take()["live"]
    begun = app.status()["seq"]
    reply = one.take()
    assert reply["head"] > begun and not one.records
    # From there on another one goes on, and the next line is its first.
    other = follower(topics=["log/alpha.1/"])
    other.head, other.journal = one.head, one.journal
    other.ask(credit=16)
    assert other.take()["head"] >= one.head
    go.open()
    for seen in one, other:
        seen.take_until("the line", has_line("alpha.1", b"hello"))
        assert seen.lines("alpha.1") == [b"hello"] and not seen.gone
    app.write("enough", "")


def test_two_hundred_followers_get_every_line_and_nobody_waits_for_them(app):
    app.procfile(alpha="read x < go; seq 300; echo end; "
                       + STAYS)
    go = app.gate("go")
    app.start()
    context = zmq.Context()
    followers = [Follower(app, context) for _ in range(200)]
    for one in followers:
        one.ask(credit=16)
    for one in followers:
        one.take_until("what there was", lambda seen: seen.live)
    assert app.status()["exchanges"] == 200
    go.open()
    begun = time.monotonic()
    app.ok("ps")
    assert time.monotonic() - begun < 5
    for one in followers:
        one.take_until("the end", has_line("alpha.1", b"end"))
        assert_nothing_is_missing(one)
        assert_counts_up(one.lines("alpha.1"))
        one.close()
    wait_for("them to end", lambda: app.status()["exchanges"] == 0)


def test_one_client_has_its_quota_and_another_is_served_beside_it(app, follower):
    app.procfile(alpha=FLOOD)
    app.start()
    with client(app) as greedy:
        for number in range(1, 40):
            greedy.send(number, "replay", follow=True, credit=16, **{"from": 1})
        refused = []

        def is_refused():
            while reply := greedy.reply(10):
                if reply["reply"] == "refused":
                    refused.append(reply["message"])
            return len(refused) == 7
        wait_for("seven refusals", is_refused)
        assert "replays that follow at once are the most that a client may have" in refused[0]
        modest = follower()
        modest.ask(credit=16)
        app.write("enough", "")
        modest.take_until("the end", has_line("alpha.1", b"end"))
        assert_nothing_is_missing(modest)


def test_a_follower_may_begin_with_the_last_lines_and_has_no_end(app, follower):
    app.procfile(alpha="seq 100; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: 100")
    with client(app) as asker:
        refused = asker.ask(1, "replay", follow=True, until=1, credit=1)
        assert refused["refusal"] == "usage" and "follow" in refused["message"]
    one = follower(topics=["log/alpha.1/"])
    one.client = Client(app)
    one.number = 1
    one.client.send(1, "replay", follow=True, lines=1, topics=["log/alpha.1/"], credit=16)
    one.take_until("the last line", has_line("alpha.1", b"100"))
    assert one.live and one.head <= app.status()["seq"]
    one.client.send(1, "cancel")
    wait_for("its end", lambda: app.status()["exchanges"] == 0)


def test_numbers_of_another_journal_are_told_from_those_of_this_one(app, follower):
    app.procfile(alpha="echo hello; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: hello")
    with client(app) as asker:
        journal = asker.ask(1, "version")["journal"]
        assert journal and asker.ask(2, "status")["journal"] == journal
    same, other = follower(), follower()
    same.head, same.journal = app.status()["seq"], journal
    same.ask()
    reply = same.take()
    assert reply["journal"] == journal and reply["live"] and not same.records
    other.journal = "of-another-day"
    other.ask(**{"from": 10_000})
    reply = other.take()
    assert reply["journal"] == journal and other.records[0]["seq"] == 1


def test_quiet_followers_do_not_wake_for_what_is_not_theirs(app):
    """The supervisor reads nothing for them, and opens no file."""
    app.procfile(alpha="read x < go; seq 1000; echo end; " + STAYS)
    go = app.gate("go")
    app.start()
    context = zmq.Context()
    followers = [Follower(app, context, topics=["log/nobody.1/"]) for _ in range(100)]
    for one in followers:
        one.ask(credit=16)
        assert one.take()["live"]
    files = len(proc.open_files(app.pid_of_supervisor()))
    go.open()
    app.wait_log("app[alpha.1]: end", "-n", "1")
    stays("quiet", lambda: not any(one.records for one in followers), 0.2)
    assert len(proc.open_files(app.pid_of_supervisor())) <= files + 5
    for one in followers:
        one.close()
