"""A socket on which no process accepts shows itself: in ps' note, and in ctl check where a shell
stands between muster and the server."""

import socket

import pytest
from daemon import STAYS
from waiting import wait_for


@pytest.fixture
def port(app):
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        number = chosen.getsockname()[1]
    app.write("muster.toml", f"[alpha]\nlisten = '127.0.0.1:{number}'\n")
    return number


def note(app):
    return app.row("alpha.1")["note"]


def test_those_who_wait_are_told_until_somebody_accepts(app, port):
    app.write("accept.py", "import socket\nopen('go', 'rb', buffering=0).read(1)\n"
              "s = socket.socket(fileno=3)\n"
              "kept = []\nwhile True:\n    kept.append(s.accept())\n")
    gate = app.gate("go")
    app.procfile(alpha="python3 accept.py")
    app.start()
    wait_for("the server", lambda: app.row("alpha.1")["pid"])
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    wait_for("the note", lambda: note(app) == f"nobody accepts on 127.0.0.1:{port}, 3 wait")
    assert f"alpha.1: nobody accepts on 127.0.0.1:{port}, 3 wait" in app.ctl("ps").stderr
    gate.open()
    wait_for("no note", lambda: note(app) is None)
    for client in clients:
        client.close()


@pytest.mark.parametrize("command, script", [
    ("./run.sh", "#!/bin/sh\ngunicorn app:app\n"),
    ("run.sh.d/x", "#!/usr/bin/env bash\ngunicorn\n"),
    ("sh ./run.sh", "gunicorn app:app\n"), ("cd web && gunicorn app:app", ""),
    ("A=1 gunicorn app:app; true", "")])
def test_check_warns_of_a_shell_in_between(app, port, command, script):
    app.procfile(alpha=command)
    if script:
        app.write(command.split()[-1], script)
    warning, = app.ctl("check").stderr.splitlines()
    assert warning.startswith("warning: muster.toml: [alpha] listen: ")
    assert "write exec before the server" in warning


@pytest.mark.parametrize("command, script", [
    ("./run.sh", "#!/bin/sh\nexec gunicorn app:app\n"), ("./run.sh", "#!/usr/bin/python3\n"),
    ("gunicorn app:app", ""), ("cd web && exec gunicorn app:app", ""), ("node web.js", ""),
    ("cd web && node web.js", ""), ("uvicorn --fd 3 app:app", ""), (STAYS, ""), ("./none", ""),
    ("sh -c 'exec gunicorn'", "")])
def test_check_is_quiet_about_what_is_right(app, port, command, script):
    app.procfile(alpha=command)
    if script:
        app.write("run.sh", script)
    done = app.ctl("check", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
