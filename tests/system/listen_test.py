"""muster.toml: listen. One socket for all processes of a type, at which nobody is ever refused."""

import contextlib
import os
import signal
import socket
import sys
import threading

import pytest

import proc
from daemon import STAYS
from waiting import wait_for

# Answers each connection with its pid; SIGTERM ends it between two of them.
SERVER = """
import os, select, signal, socket
assert os.environ["LISTEN_FDS"] == "1", os.environ
assert os.environ["LISTEN_PID"] == str(os.getpid())
print("named", os.environ["LISTEN_FDNAMES"], "port", os.environ.get("PORT"), flush=True)
assert os.listdir("/proc/self/fd") and not os.path.exists("/proc/self/fd/4")
told, tell = os.pipe()
os.set_blocking(tell, False)
signal.set_wakeup_fd(tell)
signal.signal(signal.SIGTERM, lambda *_: None)
shared = socket.socket(fileno=3)
shared.setblocking(False)
while True:
    ready, _, _ = select.select([shared, told], [], [])
    if told in ready:
        break
    try:
        connection, _ = shared.accept()
    except BlockingIOError:
        continue
    connection.setblocking(True)
    with connection:
        while b"\\r\\n\\r\\n" not in connection.recv(65536):
            pass
        body = str(os.getpid()).encode()
        connection.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s"
                           % (len(body), body))
print("closed", flush=True)
"""


class Client(threading.Thread):
    """Asks one time after the other, each on a connection of its own."""

    def __init__(self, family, address):
        super().__init__(daemon=True)
        self.family, self.address = family, address
        self.pids, self.failures, self.enough = [], [], threading.Event()

    def ask(self):
        with socket.socket(self.family, socket.SOCK_STREAM) as connection:
            connection.settimeout(60)
            connection.connect(self.address)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 "), answer
        return int(body)

    def run(self):
        while not self.enough.is_set():
            try:
                self.pids.append(self.ask())
            except (OSError, AssertionError, ValueError) as problem:
                self.failures.append(problem)

    def served_by(self, pid):
        wait_for(f"an answer of {pid}", lambda: pid in self.pids or self.failures, 60)
        assert not self.failures, self.failures


@contextlib.contextmanager
def client_of(family, address):
    client = Client(family, address)
    client.start()
    try:
        yield client
    finally:
        client.enough.set()
        client.join()
    assert client.pids and not client.failures, client.failures


def serve(app, listen, *options):
    app.write("server.py", SERVER)
    app.procfile(web=f"exec {sys.executable} -B server.py")
    app.write("muster.toml", f"[web]\nlisten = '{listen}'\n")
    app.start(*options)


def test_no_request_fails_while_everything_is_replaced(app):
    port = app.home.port + 500
    serve(app, f"127.0.0.1:{port}", "-m", "web=2")
    app.wait_log(f"app[web.1]: named web port {port}")
    assert app.row("web.2")["port"] == port
    with client_of(socket.AF_INET, ("127.0.0.1", port)) as client:
        old = {app.pid("web.1"), app.pid("web.2")}
        for pid in old:
            client.served_by(pid)
        app.ok("restart", "web")
        new = {app.pid("web.1"), app.pid("web.2")}
        assert not new & old
        for pid in new:
            client.served_by(pid)
        app.kill_supervisor()
        keeper = app.status()["keeper_pid"]
        os.kill(keeper, signal.SIGKILL)
        wait_for("another keeper", lambda: app.status()["keeper_pid"] != keeper)
        app.kill_supervisor()
        app.ok("scale", "web=1")
        app.ok("restart", "web")
        client.served_by(app.pid("web.1"))


def test_who_comes_while_nobody_is_there_waits(app):
    port = app.home.port + 500
    serve(app, port)
    app.pid("web.1")
    app.ok("stop", "web")
    with client_of(socket.AF_INET, ("127.0.0.1", port)) as client:
        app.kill_supervisor()
        assert not client.pids
        app.ok("start", "web")
        client.served_by(app.pid("web.1"))


def test_a_socket_of_this_machine_goes_when_it_is_not_wanted(app):
    serve(app, "unix:web.sock")
    app.wait_log("app[web.1]: named web port None")
    path = app.directory / "web.sock"
    with client_of(socket.AF_UNIX, str(path)) as client:
        client.served_by(app.pid("web.1"))
    app.procfile(worker=STAYS)
    app.write("muster.toml", "")
    app.ok("reload")
    assert not path.exists()
    assert proc.alive(app.pid_of_supervisor())


def test_what_a_daemon_without_an_end_has_left_is_replaced(app):
    path = app.directory / "web.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
    serve(app, "unix:web.sock")
    with client_of(socket.AF_UNIX, str(path)) as client:
        client.served_by(app.pid("web.1"))
    app.stop()
    assert not path.exists()


def test_a_port_that_somebody_has_is_a_failed_start(app):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        serve(app, f"127.0.0.1:{port}")
        app.wait_log("muster[web.1]: Failed to start: listen on "
                     f"127.0.0.1:{port}: Address already in use")
    app.ok("restart", "web")
    app.pid("web.1")


@pytest.mark.parametrize("address", ["web", "0", "65536", "localhost:80", "unix:"])
def test_no_address(app, address):
    app.procfile(web="x")
    app.write("muster.toml", f"[web]\nlisten = '{address}'\n")
    assert f"error: muster.toml:2: listen: '{address}' is not an address" in app.refused("check")
