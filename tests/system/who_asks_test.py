"""The log names the user of a change as the kernel knows it, not as its client says."""

import getpass
import json
import os

import msgpack
import pytest
import zmq
from daemon import STAYS
from waiting import PATIENCE


def told(app, **request):
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    with socket:
        socket.connect(f"ipc://{app.home.runtime}/control")
        socket.send(msgpack.packb({"id": 1, **request}))
        assert socket.poll(PATIENCE * 1000)
        return msgpack.unpackb(socket.recv())


SAID = {"another": ("somebody-else@prod", "@prod"), "two": ("a@b@box", "@box"),
        "no host": ("nobody", ""), "empty": ("", ""),
        "escapes": ("x@b\x1b[31m\n" + 100 * "h", "@b?[31m?" + 100 * "h"),
        "most": ("@" + 127 * "h", "@" + 127 * "h")}


@pytest.mark.parametrize("said, host", SAID.values(), ids=SAID.keys())
def test_who_it_was_is_what_the_daemon_knows(app, said, host):
    app.procfile(alpha=STAYS)
    app.start()
    name = (getpass.getuser() + host)[:128]
    assert told(app, verb="scale", changes=["alpha=2"], by=said)["reply"] == "scale"
    assert told(app, verb="config", set={"A": "1"}, by=said)["reply"] == "released"
    assert f"muster[api]: Scale to alpha=2 by {name}" in app.logs("-s", "muster", "-n", "100")
    assert json.loads(app.ok("releases", "--json"))[0]["by"] == name
    scaled = [one for one in app.records("-s", "muster", "-n", "100") if one.get("formation")]
    assert scaled[-1]["by"] == name


def test_ctl_says_where_it_is(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.ok("scale", "alpha=2")
    name = f"{getpass.getuser()}@{os.uname().nodename}"
    assert f"muster[api]: Scale to alpha=2 by {name}" in app.logs("-s", "muster", "-n", "100")
