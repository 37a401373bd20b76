"""A web process is up when something in its tree listens on $PORT; others when exec succeeded."""

import os
import socket

import pytest
from waiting import stays, wait_for


def listener(address="0.0.0.0", family="AF_INET"):
    return f'''"""Listens on $PORT once there is a file called go."""
import os, select, socket
while not os.path.exists("go"):
    select.select([], [], [], 0.05)
server = socket.socket(socket.{family})
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("{address}", int(os.environ["PORT"])))
server.listen()
select.select([], [], [])
'''


@pytest.mark.asan
@pytest.mark.parametrize("command", [
    "exec /usr/bin/python3 listen.py",
    "/usr/bin/python3 listen.py & wait",
    "setsid /usr/bin/python3 listen.py & wait",
])
def test_up_when_it_listens(app, command):
    app.write("listen.py", listener())
    app.procfile(web=command)
    app.start()
    app.wait_state("web.1", "starting")
    stays("starting", lambda: app.row("web.1")["state"] == "starting", 0.5)
    app.write("go", "")
    assert app.wait_state("web.1", "up")["port"] == app.home.port


@pytest.mark.parametrize("address, family", [("127.0.0.1", "AF_INET"), ("::", "AF_INET6")])
def test_other_addresses(app, address, family):
    app.write("listen.py", listener(address, family))
    app.write("go", "")
    app.procfile(web="exec /usr/bin/python3 listen.py")
    app.start()
    app.wait_state("web.1", "up")


def test_somebody_elses_port_does_not_count(app):
    app.write("listen.py", listener())
    app.write("go", "")
    app.procfile(web="exec sleep 1000",
                 other=f"PORT={app.home.port} exec /usr/bin/python3 listen.py")
    app.start()
    app.wait_state("other.1", "up")
    stays("starting", lambda: app.row("web.1")["state"] == "starting", 1.5)


@pytest.fixture
def taken(app):
    """Another program has the port of web.1. Its pid."""
    app.write("listen.py", listener())
    app.write("go", "")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("0.0.0.0", app.home.port))
        other.listen()
        yield os.getpid()


def test_the_process_that_has_its_port_is_named(app, taken):
    app.procfile(web="exec /usr/bin/python3 listen.py")
    app.start()
    why = f"port {app.home.port} is taken by pid {taken} ("
    wait_for("it to be logged", lambda: [line for line in app.logs("-s", "muster")
                                         if line.startswith(f"muster[web.1]: {why}")])
    app.wait_state("web.1", "crashed")
    assert app.row("web.1")["note"].startswith(why)


def test_a_web_that_listens_elsewhere_is_told_of(app):
    app.write("listen.py", listener())
    app.write("go", "")
    elsewhere = app.home.port + 500
    app.procfile(web=f"PORT={elsewhere} exec /usr/bin/python3 listen.py")
    app.start()
    note = f"nothing of it listens on port {app.home.port} yet (it listens on {elsewhere})"
    wait_for("the note", lambda: app.row("web.1")["note"] == note)
    assert app.row("web.1")["state"] == "starting"


def test_a_crash_before_it_is_up(app):
    app.procfile(web="exit 3")
    app.start()
    app.wait_log("muster[web.1]: State changed from starting to crashed", count=2)
    assert "muster[web.1]: Process exited with status 3" in app.logs()


@pytest.mark.long
def test_r10_after_a_minute(app):
    app.procfile(web="exec sleep 1000")
    app.start()
    app.wait_state("web.1", "up", deadline=90)
    assert app.logs().count("muster[web.1]: Error R10 (Boot timeout) -> Web process failed to bind "
                            "to $PORT within 60 seconds of launch") == 1
