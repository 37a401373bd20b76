"""The watchers of a Procfile.dev, each with its real program: esbuild leaves when its stdin ends,
nodemon prints in colours without a terminal, and vite clears the screen if it has one."""

import os
import re
import signal

import pytest

from programs import need_of_npm
from terminal import Terminal
from waiting import stays, wait_for

PAGE = '<html><body><script type="module" src="/src/main.js"></script></body></html>\n'


@pytest.fixture
def site(app):
    need_of_npm(app.directory, "esbuild", "nodemon", "vite")
    app.write("src/main.js", "console.log('first');\n")
    app.write("index.html", PAGE)
    # These programs leave their terminal alone where CI is set, and this is of a developer's.
    app.home.environment.pop("CI", None)
    return app


def has(app, part):
    return any(part in line for line in app.logs("-n", "1000", "-s", "app"))


def test_esbuild_watches_on_whatever_happens_to_the_daemon(site):
    site.procfile(css="node_modules/.bin/esbuild src/main.js --outfile=main.js --watch")
    site.start()
    built = site.directory / "main.js"

    def rebuilt(word):
        site.write("src/main.js", f"console.log('{word}');\n")
        wait_for(f"{word} to be built", lambda: built.exists() and word in built.read_text())
    wait_for("esbuild to watch", lambda: has(site, "watching for changes"))
    rebuilt("second")
    pid = site.pid("css.1")
    site.kill_supervisor()
    keeper = site.status()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    wait_for("another keeper", lambda: site.status()["keeper_pid"] != keeper)
    rebuilt("third")
    site.kill_hard()
    site.start()
    rebuilt("fourth")
    assert site.pid("css.1") == pid
    site.ok("restart", "css")
    site.replaced("css.1", pid)
    rebuilt("fifth")
    stays("esbuild", lambda: site.row("css.1")["state"] == "up", 0.3)


def test_nodemon_is_shown_in_its_colours_and_restarts_what_it_runs(site):
    site.procfile(css="node_modules/.bin/nodemon -w src src/main.js")
    with Terminal(site.command(), site.home.environment, site.directory) as terminal:
        shown = terminal.wait_shown(b"clean exit")
        assert re.search(rb"\x1b\[33m\[nodemon\] 3\.[0-9.]+\x1b\[39m\x1b\[0m\r\n", shown)
        site.write("src/main.js", "console.log('second');\n")
        shown = terminal.wait_shown(b"second")
        assert b"\\x1b" not in shown and b"first" in shown
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0


def test_vite_has_a_terminal_of_its_own_and_its_port(site):
    site.procfile(web="node_modules/.bin/vite --host 127.0.0.1 --port $PORT --strictPort")
    site.write("muster.toml", "[web]\ntty = true\n")
    with Terminal(site.command(), site.home.environment, site.directory) as terminal:
        wait_for("vite to be up", lambda: site.ctl("wait", "web.1").returncode == 0)
        shown = terminal.wait_shown(b"press")
        heads = [line for line in shown.split(b"\r\n") if b"web.1" in line]
        texts = [re.sub(rb"^.*?web\.1.*?\x1b\[0m *", b"", line) for line in heads]
        assert any(b"VITE" in text and text.startswith(b"\x1b[32m") for text in texts), texts
        assert b"\\x1b" not in b"".join(texts) and b"\x1b[0J" not in b"".join(texts)
        assert not any(pair == (b"", b"") for pair in zip(texts, texts[1:])), texts
        pid = site.pid("web.1")
        site.kill_supervisor()
        site.ok("restart", "web")
        site.replaced("web.1", pid)
        assert site.row("web.1")["port"] == site.home.port
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
