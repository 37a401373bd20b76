"""A client that asks for much at once: others are answered meanwhile, and its end is harmless."""

import msgpack
import zmq
from clients import client
from daemon import STAYS
from waiting import PATIENCE, wait_for

AT_ONCE = 300


def test_others_do_not_wait_for_all_that_a_client_asks(app):
    app.procfile(alpha=STAYS)
    app.start("-m", "alpha=20")
    wait_for("all of them", lambda: set(app.states().values()) == {"up"})
    with client(app) as greedy, client(app) as other:
        for number in range(AT_ONCE):
            greedy.send(number, "ps")
        other.send(7, "ps")
        both = zmq.Poller()
        for one in (greedy, other):
            both.register(one.socket, zmq.POLLIN)
        answered = []
        while len(answered) < AT_ONCE + 1:
            ready = dict(both.poll(PATIENCE * 1000))
            assert ready, f"no answer after {len(answered)}"
            for one in (greedy, other):
                if one.socket in ready:
                    assert one.reply()
                    answered.append(one)
    assert answered.index(other) < AT_ONCE / 2
    assert answered.count(greedy) == AT_ONCE


def test_the_end_of_a_client_that_asks_for_much_ends_nothing_else(app):
    """It sends heartbeats, as libzmq's clients may: what it sends last is one of these."""
    app.procfile(alpha=STAYS)
    app.start()
    before = app.pid_of_supervisor()
    request = msgpack.packb({"id": 1, "verb": "ps", "by": "test@test"})
    for _ in range(50):
        with zmq.Context() as context, context.socket(zmq.DEALER) as greedy:
            greedy.linger = 0
            greedy.heartbeat_ivl = 1
            greedy.heartbeat_timeout = int(PATIENCE * 1000)
            greedy.connect(f"ipc://{app.home.runtime}/control")
            for _ in range(AT_ONCE):
                greedy.send(request)
            assert greedy.poll(PATIENCE * 1000)
    app.ok("ps")
    assert app.pid_of_supervisor() == before
