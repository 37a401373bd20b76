"""muster.toml: health and max_memory. What is ended because it is not well, or too large."""

import sys

import pytest
from daemon import STAYS
from waiting import stays, wait_for

CHECKED = "every = '200ms', timeout = '2s', failures = 2"

# Accepts nothing, but the kernel does for it, until it has read a byte of its gate.
LISTENS = """
import os, socket
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print("listens", flush=True)
open("gate", "rb", buffering=0).read(1)
listener.close()
print("deaf", flush=True)
open("gate", "rb", buffering=0).read()
"""


def assert_ended_as_unwell(app, process, pid, check):
    lines = app.wait_log(f"muster[{process}]: Process exited with status 137")
    assert f"muster[{process}]: Its health check has failed 2 times in a row: {check}" in lines
    app.replaced(process, pid)


def test_a_command(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.write("well", "")
    app.write("muster.toml", f"[alpha]\nhealth = {{ check = 'exec:test -f well', {CHECKED} }}\n")
    app.start()
    app.wait_states({"alpha.1": "up", "beta.1": "up"})
    alpha, beta = app.pid("alpha.1"), app.pid("beta.1")
    app.kill_supervisor()
    stays("well", lambda: app.pid("alpha.1") == alpha, 1)
    (app.directory / "well").unlink()
    assert_ended_as_unwell(app, "alpha.1", alpha, "exec:test -f well")
    assert app.pid("beta.1") == beta


def test_http(app):
    app.procfile(alpha=f"exec {sys.executable} -m http.server $PORT")
    app.write("well", "yes")
    app.write("muster.toml", "[alpha]\nready = 'port'\n"
              f"health = {{ check = 'http:/well', {CHECKED} }}\n")
    app.start()
    app.wait_state("alpha.1", "up")
    pid = app.pid("alpha.1")
    stays("well", lambda: app.pid("alpha.1") == pid, 1)
    (app.directory / "well").unlink()
    assert_ended_as_unwell(app, "alpha.1", pid, "http:/well")


def test_a_port(app):
    app.write("listens.py", LISTENS)
    gate = app.gate("gate")
    app.procfile(alpha=f"exec {sys.executable} -B listens.py")
    app.write("muster.toml", f"[alpha]\nready = 'port'\nhealth = {{ check = 'port', {CHECKED} }}\n")
    app.start()
    app.wait_state("alpha.1", "up")
    pid = app.pid("alpha.1")
    stays("well", lambda: app.pid("alpha.1") == pid, 1)
    with gate.writer() as writer:
        writer.write(b"x")
        app.wait_log("app[alpha.1]: deaf")
        assert_ended_as_unwell(app, "alpha.1", pid, "port")


@pytest.mark.parametrize("after", ["a reload", "a start"])
def test_a_check_that_hangs_is_a_failure(app, after):
    app.procfile(alpha=STAYS)
    settings = "[alpha]\nhealth = { check = 'exec:tail -f /dev/null', every = '100ms', " \
               "timeout = '200ms', failures = 2 }\n"
    if after == "a start":
        app.write("muster.toml", settings)
    app.start()
    if after == "a reload":
        app.wait_state("alpha.1", "up")
        app.write("muster.toml", settings)
        assert app.ok("reload") == "alpha: health changed, without a restart\n"
    app.wait_log("muster[alpha.1]: Its health check has failed 2 times in a row: "
                 "exec:tail -f /dev/null")


def test_who_grows_too_large_is_restarted(app):
    app.write("grows.py", "import signal\nkept = b'x' * (60 << 20)\n"
              "signal.pause()\n")
    app.procfile(alpha=f"exec {sys.executable} -B grows.py", beta=STAYS)
    app.write("muster.toml", "[app]\nmax_memory = '40M'\n")
    app.start()
    lines = app.wait_log("muster[alpha.1]: Error R14 (Memory quota exceeded) -> Restarting it")
    assert any(line.startswith("muster[alpha.1]: Process running mem=") for line in lines)
    wait_for("the next one", lambda: app.row("alpha.1")["restarts"] >= 1)
    assert "muster[alpha.1]: Process exited with status 143" in app.logs("-n", 1000)
    assert app.row("beta.1")["restarts"] == 0
