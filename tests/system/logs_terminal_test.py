"""Lines of an unsafe program are escaped on a terminal, and raw into a pipe."""

from daemon import STAYS
from home import BIN
from terminal import Terminal
from waiting import wait_for

EVIL = rb"printf 'a\033[2Jb\bc\ad\302\233e\n'; " + STAYS.encode()
RAW = b"a\x1b[2Jb\bc\ad\xc2\x9be\n"


def shown(app, *options):
    command = [BIN / "ctl", "-a", "app", "logs", "-s", "app", *options]
    with Terminal(command, app.home.environment, app.directory) as terminal:
        assert terminal.wait_end() == 0
        return terminal.shown


def test_escaped_or_raw(app):
    app.write("Procfile", b"alpha: " + EVIL + b"\n")
    app.start()
    raw = wait_for("the line", lambda: app.ok("logs", "-s", "app", text=False))
    assert raw.endswith(b"app[alpha.1]: " + RAW)
    text = shown(app, "--no-color").replace(b"\r\n", b"\n")
    for unsafe in (b"\x1b", b"\b", b"\a", b"\xc2\x9b"):
        assert unsafe not in text
    assert b"[2Jb" in text


def test_colours_on_a_terminal_only(app):
    app.procfile(alpha="echo hello; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: hello")
    assert b"\x1b[" in shown(app)
    assert b"\x1b[" not in shown(app, "--no-color")
    assert "\x1b" not in app.ok("logs")


def test_text_that_is_not_ascii_stays_readable(app):
    app.write("Procfile", "alpha: echo 'Grüße ☃'; exec sleep 1000\n")
    app.start()
    app.wait_log("app[alpha.1]: Grüße ☃")
    assert "Grüße ☃".encode() in shown(app)
