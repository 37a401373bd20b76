"""Both example subscribers, written from PROTOCOL.md alone, against the real daemon."""

import subprocess

import pytest
from home import REPOSITORY
from waiting import wait_for

WHERE = REPOSITORY / "examples" / "subscribers"
COMMANDS = {
    "python": ["/usr/bin/python3", "-u", WHERE / "subscriber.py"],
    "javascript": ["node", WHERE / "subscriber.mjs"],
}


@pytest.mark.parametrize("language", COMMANDS)
def test_every_line_once(app, language):
    app.procfile(alpha="seq 5000; echo half; while [ ! -e go ]; do sleep 0.05; done; "
                       "seq 5001 10000; echo end; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: half")
    path = app.home.path / "subscriber.out"
    with open(path, "wb") as out:
        subscriber = subprocess.Popen(
            [str(word) for word in COMMANDS[language]] + [str(app.home.runtime)],
            stdout=out, stderr=subprocess.STDOUT, env=app.home.environment)
    try:
        wait_for("history", lambda: "half" in path.read_text())
        app.write("go", "")
        wait_for("live lines", lambda: "end" in path.read_text())
    finally:
        subscriber.kill()
        subscriber.wait()
    lines = [line for line in path.read_text().splitlines() if "app[alpha.1]: " in line]
    texts = [line.split("app[alpha.1]: ")[1] for line in lines]
    numbers = [int(text) for text in texts if text.isdigit()]
    assert numbers == list(range(1, 10001))
