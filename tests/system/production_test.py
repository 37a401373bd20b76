"""docs/production.md: its configurations, with the servers that they are for. No request fails
while the server is restarted and scaled; none is refused by the one that cuts some off."""

import http.client
import threading
import urllib.request

import pytest

from home import REPOSITORY
from programs import need
from tutorial import steps_of
from waiting import wait_for

PAGE = (REPOSITORY / "docs" / "production.md").read_text()

# The programs of each server, and the app that stands for the reader's.
SERVERS = {
    "gunicorn": (["gunicorn"], "app.py", "def app(environ, start):\n"
                 "    start('200 OK', [('Content-Type', 'text/plain')])\n"
                 "    return [b'hello\\n']\n"),
    "uvicorn": (["uvicorn"], "app.py", "async def app(scope, receive, send):\n"
                "    if scope['type'] != 'http':\n"
                "        return\n"
                "    await send({'type': 'http.response.start', 'status': 200})\n"
                "    await send({'type': 'http.response.body', 'body': b'hello\\n'})\n"),
    "puma": (["puma"], "config.ru", "run ->(env) { [200, {}, [\"hello\\n\"]] }\n"),
    "node": (["node"], None, None),
}

# As the page says, it closes connections of which it has read nothing yet.
CUTS_OFF = {"uvicorn": (http.client.RemoteDisconnected, ConnectionResetError)}


def write_page(app, directory, port):
    """Writes what the page has for this directory, into the app's."""
    written = []
    for step in steps_of(PAGE):
        place, _, name = step.what.partition("/")
        if step.kind == "file" and place == directory and name:
            app.write(name, "\n".join(step.text).replace("8080", str(port)) + "\n")
            written.append(name)
    return written


class Visitor(threading.Thread):
    """Asks for the page again and again, each time by a connection of its own."""

    def __init__(self, port, excused=()):
        super().__init__(daemon=True)
        self.excused = excused
        self.url = f"http://127.0.0.1:{port}/"
        self.answers, self.failures, self.enough = 0, [], threading.Event()

    def ask(self):
        with urllib.request.urlopen(self.url, timeout=60) as answer:
            return answer.read()

    def run(self):
        while not self.enough.is_set():
            try:
                assert self.ask() == b"hello\n"
                self.answers += 1
            except (OSError, AssertionError) as problem:
                cause = getattr(problem, "reason", problem)
                if not isinstance(cause, self.excused):
                    self.failures.append(problem)

    def answered(self):
        """Waits for some more answers."""
        wanted = self.answers + 20
        wait_for("answers", lambda: self.answers > wanted or self.failures)
        assert not self.failures, self.failures

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.enough.set()
        self.join()
        assert not self.failures, self.failures


@pytest.fixture
def port(app):
    return app.home.port + 980


def start_server(app, server, port):
    programs, name, text = SERVERS[server]
    need(*programs)
    assert "Procfile" in write_page(app, server, port)
    if name:
        app.write(name, text)
    app.start()
    app.wait_state("web.1", "up")


@pytest.mark.parametrize("server", SERVERS)
def test_no_request_fails_while_a_server_is_restarted_and_scaled(app, port, server):
    start_server(app, server, port)
    with Visitor(port, CUTS_OFF.get(server, ())) as visitor:
        visitor.answered()
        app.ok("restart", "web")
        visitor.answered()
        app.ok("scale", "web=3")
        app.kill_supervisor()
        app.ok("restart", "web")
        visitor.answered()
        app.ok("scale", "web=1")
        visitor.answered()


def test_nginx_passes_everything_on_to_the_one_socket(app, port):
    need("nginx")
    front = port + 1
    write_page(app, "nginx", port)
    server = (app.directory / "nginx.conf").read_text()
    assert "listen 80;" in server
    server = server.replace("listen 80;", f"listen 127.0.0.1:{front};")
    # Its logs and temporary files stay in the app's directory.
    places = "".join(f"{kind}_temp_path tmp; " for kind in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    app.write("nginx.conf", "pid nginx.pid; error_log stderr; events {}\n"
              f"http {{ access_log off; {places}\n{server}}}\n")
    start_server(app, "node", port)
    run_in_front(app, "nginx", "[nginx]\nsignal = 'QUIT'\n",
                 {"nginx -c": "nginx -e stderr -p . -c"})
    restart_behind(app, front)


def test_caddy_passes_everything_on_to_the_one_socket(app, port):
    need("caddy")
    front = port + 1
    write_page(app, "caddy", port)
    site = (app.directory / "Caddyfile").read_text()
    assert "example.org {" in site
    # It asks no authority for a certificate, and its files stay in the app's directory.
    site = site.replace("example.org {", f"http://127.0.0.1:{front} {{")
    app.write("Caddyfile", f"{{\n    admin off\n    storage file_system kept\n}}\n{site}")
    start_server(app, "node", port)
    places = "{ XDG_CONFIG_HOME = 'kept', XDG_DATA_HOME = 'kept' }"
    run_in_front(app, "caddy", f"[caddy]\nenv = {places}\n", {})
    restart_behind(app, front)


def run_in_front(app, program, settings, changes):
    """The page's line of the Procfile for it, as a further type of the app that runs."""
    line = next(line.strip() for line in PAGE.splitlines()
                if line.strip().startswith(f"{program}: "))
    for old, new in changes.items():
        assert old in line
        line = line.replace(old, new)
    for name, text in (("Procfile", line + "\n"), ("muster.toml", settings)):
        app.write(name, (app.directory / name).read_text() + text)
    app.ok("reload")
    app.ok("scale", f"{program}=1")
    app.wait_state(f"{program}.1", "up")


def restart_behind(app, front):
    visitor = Visitor(front)

    def answers():
        try:
            return visitor.ask() == b"hello\n"
        except OSError:
            return False
    wait_for("the server in front to answer", answers)
    with visitor:
        visitor.answered()
        app.ok("restart", "web")
        visitor.answered()
        app.kill_supervisor()
        app.ok("scale", "web=3")
        visitor.answered()
        app.ok("scale", "web=1")
        visitor.answered()
