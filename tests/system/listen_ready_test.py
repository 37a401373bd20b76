"""A type with `listen` is up when somebody accepts there, and never because a client of ours asked
for it: each way in which a server waits for connections is seen from outside."""

import os
import signal
import socket

import pytest
from daemon import STAYS
from waiting import wait_for

SERVER = """
import asyncio, os, select, selectors, socket, sys, threading
gate = "go"
if os.path.exists(gate):
    open(gate, "rb", buffering=0).read(1)
shared = socket.socket(fileno=3)
way = sys.argv[1]
def serve():
    if way == "accept":
        while True:
            shared.accept()[0].close()
    elif way == "select":
        while True:
            select.select([0, shared], [], [])
            shared.accept()[0].close()
    elif way == "poll":
        poll = select.poll()
        poll.register(shared, select.POLLIN)
        while True:
            poll.poll()
            shared.accept()[0].close()
    elif way == "epoll":
        with selectors.EpollSelector() as chosen:
            chosen.register(shared, selectors.EVENT_READ)
            while True:
                chosen.select()
                shared.accept()[0].close()
    elif way == "asyncio":
        async def main():
            async def answer(reader, writer):
                writer.close()
            await (await asyncio.start_server(answer, sock=shared)).serve_forever()
        asyncio.run(main())
if sys.argv[2] == "thread":
    threading.Thread(target=serve, daemon=True).start()
    threading.Event().wait()
elif sys.argv[2] == "child" and os.fork():
    os.wait()
else:
    serve()
"""


@pytest.fixture(params=["tcp", "unix", "ipv6"])
def address(app, request):
    if request.param == "unix":
        return "unix:web.sock"
    family, host = ((socket.AF_INET6, "::1") if request.param == "ipv6"
                    else (socket.AF_INET, "127.0.0.1"))
    with socket.socket(family) as chosen:
        try:
            chosen.bind((host, 0))
        except OSError:
            pytest.skip(f"there is no {host} here")
        number = chosen.getsockname()[1]
    return f"[{host}]:{number}" if request.param == "ipv6" else f"{host}:{number}"


def runs(app):
    return wait_for("alpha.1 to run", lambda: app.row("alpha.1")["pid"])


def connect(app, address):
    if address.startswith("unix:"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(app.directory / address[len("unix:"):]))
        return client
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)))


def prepare(app, address, command, more=""):
    app.write("server.py", SERVER)
    app.write("muster.toml", f"[alpha]\nlisten = '{address}'\n{more}")
    app.procfile(alpha=command)


@pytest.mark.parametrize("way", ["accept", "select", "poll", "epoll", "asyncio"])
@pytest.mark.parametrize("where", ["itself", "thread", "child"])
def test_each_way_to_wait_for_a_connection(app, way, where):
    prepare(app, "unix:web.sock", f"exec /usr/bin/python3 -B server.py {way} {where}")
    gate = app.gate("go")
    app.start()
    pid = runs(app)
    assert app.states()["alpha.1"] == "starting"
    gate.open()
    app.wait_state("alpha.1", "up")
    assert app.pid("alpha.1") == pid and app.row("alpha.1")["note"] is None


def test_a_server_that_never_accepts_is_not_up(app, address):
    prepare(app, address, STAYS)
    app.start()
    wait_for("the note",
             lambda: app.row("alpha.1")["note"] == f"nobody accepts on {address} yet")
    assert app.states()["alpha.1"] == "starting"
    with connect(app, address), connect(app, address):
        wait_for("those who wait",
                 lambda: app.row("alpha.1")["note"] == f"nobody accepts on {address}, 2 wait")
    for words in (["scale", "alpha=2"], ["restart", "alpha"]):
        done = app.ctl(*words, "--timeout", "3")
        assert done.returncode == 4, done
        assert "alpha.1" in done.stderr and f"nobody accepts on {address}" in done.stderr


def test_it_waits_for_one_that_accepts_late(app, address):
    prepare(app, address, "exec /usr/bin/python3 -B server.py accept itself")
    gate = app.gate("go")
    app.start()
    runs(app)
    scaled = app.begin("scale", "alpha=2")
    with connect(app, address):
        app.kill_supervisor()
        assert scaled.poll() is None and app.states()["alpha.1"] == "starting"
        gate.open()
        gate.open()
    app.wait_states({"alpha.1": "up", "alpha.2": "up"})
    assert scaled.wait(30) == 0


def test_a_script_in_between_that_hides_the_socket_shows(app):
    """gunicorn below a shell sees that LISTEN_PID is not its own, and opens one itself."""
    app.write("run.sh", "#!/bin/sh\ntail -f /dev/null\n").chmod(0o755)
    prepare(app, "unix:web.sock", "./run.sh")
    app.start()
    wait_for("the note",
             lambda: app.row("alpha.1")["note"] == "nobody accepts on unix:web.sock yet")


def test_ready_says_otherwise(app):
    prepare(app, "unix:web.sock", STAYS, "ready = 'none'\n")
    app.start()
    app.wait_state("alpha.1", "up")
    app.write("muster.toml", "[alpha]\nready = 'accept'\n")
    app.ok("reload")
    app.wait_state("alpha.1", "up")


def test_one_that_ends_meanwhile_has_crashed(app):
    prepare(app, "unix:web.sock", "exec /usr/bin/python3 -B server.py accept itself")
    app.gate("go")
    app.start()
    pid = runs(app)
    os.kill(pid, signal.SIGKILL)
    wait_for("the next launch", lambda: app.row("alpha.1")["pid"] not in (None, pid))
    assert app.states()["alpha.1"] == "starting"
