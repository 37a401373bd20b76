"""kill -9 of either half of a daemon, or of both: each returns when somebody answers again."""

import os
import signal

from waiting import wait_for


def kill_supervisor(app):
    app.kill_supervisor()


def kill_keeper(app):
    before = app.status()["keeper_pid"]
    os.kill(before, signal.SIGKILL)
    if app.popen.pid == before:
        app.popen.wait()
    wait_for("another keeper", lambda: app.status()["keeper_pid"] not in (before, 0))


def kill_both(app, **options):
    app.kill_hard()
    app.start(**options)


KILLS = [kill_supervisor, kill_keeper, kill_both]
