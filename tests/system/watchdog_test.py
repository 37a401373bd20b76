"""muster.toml: watchdog and max_age. What is restarted although it runs."""

import sys

from daemon import STAYS
from waiting import wait_for

# Says so every fifth of a second that it lives, until there is something at its gate.
ALIVE = """
import os, select, socket
gate = os.open("gate", os.O_RDONLY | os.O_NONBLOCK)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"])
print("watched every", os.environ["WATCHDOG_USEC"], flush=True)
said = 0
while not select.select([gate], [], [], 0.2)[0]:
    notify.send(b"WATCHDOG=1")
    said += 1
    if said == 20:
        print("still there", flush=True)
print("silent", flush=True)
select.select([], [], [])
"""


def test_silence_is_ended(app):
    app.write("alive.py", ALIVE)
    app.procfile(alpha=f"exec {sys.executable} -B alive.py")
    gate = app.gate("gate")
    app.write("muster.toml", "[alpha]\nwatchdog = '3s'\n")
    app.start()
    app.wait_log("app[alpha.1]: watched every 3000000")
    pid = app.pid("alpha.1")
    app.kill_supervisor()
    lines = app.wait_log("app[alpha.1]: still there")
    silence = "muster[alpha.1]: Its watchdog has heard nothing for 3 seconds"
    assert silence not in lines and app.pid("alpha.1") == pid
    with gate.writer() as writer:
        writer.write(b"x")
        app.wait_log("app[alpha.1]: silent")
        lines = app.wait_log("muster[alpha.1]: Process exited with status 137")
        assert silence in lines


def test_an_old_process_is_restarted(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start()
    alpha, beta = app.pid("alpha.1"), app.pid("beta.1")
    app.write("muster.toml", "[alpha]\nmax_age = '1s'\n")
    assert app.ok("reload") == "alpha: max_age changed, without a restart\n"
    wait_for("three launches", lambda: app.row("alpha.1")["restarts"] >= 2)
    assert app.pid("alpha.1") != alpha and app.pid("beta.1") == beta
    assert any(line.startswith("muster[alpha.1]: Up for ") and line.endswith(": restarting it")
               for line in app.logs("-n", 1000))
