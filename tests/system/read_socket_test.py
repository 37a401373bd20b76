"""A client of the socket `read` sees, and changes nothing."""

import getpass
import os
import signal

import msgpack
import pytest
import zmq
from daemon import STAYS
from waiting import PATIENCE, wait_for

# Every request, with every field that could change something.
CHANGES = {
    "scale": {"changes": ["alpha=3"], "wait": 1},
    "restart": {"names": ["alpha"], "wait": 1},
    "stop": {"names": ["alpha"]},
    "start": {"names": ["alpha"], "wait": 1},
    "kill": {"names": ["alpha"], "number": 15},
    "run": {"command": ["touch", "made"], "env": {"A": "1"}, "detach": True, "credit": 16,
            "terminal": [24, 80], "shared": True, "memory": 1 << 30, "disk": 1 << 30, "cpu": 100,
            "timeout": 10**9, "inside": "alpha.1", "token": "x"},
    "attach": {"process": "alpha.1", "credit": 16, "terminal": [24, 80], "token": "x"},
    "config": {"set": {"A": "2"}, "unset": ["B"], "wait": 1},
    "rollback": {"version": 1, "wait": 1},
    "deploy": {"code": "x", "commit": "y"},
    "reload": {},
    "shutdown": {},
    "upgrade": {},
    "key": {"add": "eve", "role": "admin", "key": "mk1" + 52 * "0" + "m1"},
    "input": {"data": b"x", "eof": True},
    "signal": {"number": 9},
    "resize": {"terminal": [24, 80]},
}


class Reader:
    def __init__(self, app):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(f"ipc://{app.home.runtime}/read")
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, verb, **fields):
        self.number += 1
        self.socket.send(msgpack.packb({"id": self.number, "by": "eve@far", "verb": verb,
                                        **fields}))
        assert self.socket.poll(PATIENCE * 1000)
        answer = msgpack.unpackb(self.socket.recv_multipart()[0])
        assert answer["id"] == self.number
        return answer


@pytest.fixture
def running(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start()
    app.ok("config", "set", "A=secret", "B=1")
    return app


def state_of(app):
    kept = {name: (app.home.state / name).read_bytes() for name in ("formation", "releases")}
    return kept, [(row["process"], row["pid"], row["state"]) for row in app.rows()]


def test_no_request_with_any_field_changes_anything(running):
    before = state_of(running)
    name = getpass.getuser() + "@far"
    with Reader(running) as reader:
        for verb, fields in CHANGES.items():
            answer = reader.ask(verb, **fields)
            assert (answer["reply"], answer["refusal"]) == ("refused", "no")
            assert answer["message"] == f"{name} may not {verb} (read)"
    assert state_of(running) == before
    assert not (running.directory / "made").exists()
    told = [one for one in running.records("-s", "muster", "-n", "100")
            if one.get("role") == "read"]
    assert [one["line"] for one in told] == [f"{name} may not {verb} (read)" for verb in CHANGES]
    assert {(one["by"], one["role"]) for one in told} == {(name, "read")}


def test_it_sees_what_there_is_to_see(running):
    with Reader(running) as reader:
        assert len(reader.ask("ps", usage=True)["processes"]) == 2
        assert reader.ask("scale")["formation"] == {"alpha": 1, "beta": 1}
        config = reader.ask("config")
        assert (config["vars"], config["hidden"]) == ({"A": "", "B": ""}, True)
        assert reader.ask("releases")["releases"][0]["version"] == 1
        assert reader.ask("version")["protocol"] == 1
        status = reader.ask("status")
        assert status["app"] == "app"
        assert (status["directory"], status["pid"]) == ("", 0)
        assert not status.get("keeper_pid") and not status.get("supervisor_pid")
        assert reader.ask("replay", lines=10, credit=16)["reply"].startswith("replay_")
    assert running.ok("config", "get", "A") == "secret\n"


def test_it_is_there_again_after_a_succession_and_gone_at_the_end(running):
    before = running.pid_of_supervisor()
    with Reader(running) as reader:
        assert reader.ask("version")["reply"] == "version"
        os.kill(before, signal.SIGKILL)
        running.successor(before)
        assert reader.ask("reload")["reply"] == "refused"
    os.unlink(running.home.runtime / "read")
    wait_for("it to be bound anew", (running.home.runtime / "read").exists)
    running.stop()
    assert not (running.home.runtime / "read").exists()


def test_a_client_is_not_taken_for_one_of_the_other_socket(running):
    """Both have the same name."""
    with Reader(running) as reader, zmq.Context.instance().socket(zmq.DEALER) as owner:
        owner.linger = 0
        owner.routing_id = b"twin"
        owner.connect(f"ipc://{running.home.runtime}/control")
        reader.socket.close()
        reader.socket = zmq.Context.instance().socket(zmq.DEALER)
        reader.socket.linger = 0
        reader.socket.routing_id = b"twin"
        reader.socket.connect(f"ipc://{running.home.runtime}/read")
        owner.send(msgpack.packb({"id": 7, "by": "", "verb": "scale", "changes": ["beta=2"]}))
        assert reader.ask("scale", changes=["beta=0"])["reply"] == "refused"
        assert owner.poll(PATIENCE * 1000)
        assert msgpack.unpackb(owner.recv())["formation"] == {"alpha": 1, "beta": 2}
