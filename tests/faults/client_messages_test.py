"""Messages that are no requests are refused with id 0 and change nothing, and however many there
are, they do not fill the log."""


import msgpack
import pytest
import zmq
from clients import client
from daemon import STAYS
from waiting import wait_for


@pytest.fixture
def logged(app):
    """Some megabytes of log, and a process that goes on."""
    app.procfile(alpha="seq 1000000; echo end; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: end", "-n", "1")
    return app


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
