"""ctl ps answers quickly with 1,000 processes."""

import os
import resource
import subprocess

import proc
from home import BIN
from waiting import wait_for

QUESTIONS = 20


def seconds_used(daemon):
    """Processor time of the daemon and of our children so far."""
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = proc.read(daemon, "stat").rsplit(b")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return ours.ru_utime + ours.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def test_ps(app):
    app.procfile(worker="exec sleep 1000")
    app.start("-m", "worker=1000")
    wait_for("all to be up",
             lambda: list(app.states().values()) == ["up"] * 1000, deadline=240)
    daemon = app.pid_of_daemon()
    before = seconds_used(daemon)
    for _ in range(QUESTIONS):
        subprocess.run([BIN / "ctl", "-a", "app", "ps"], env=app.home.environment, check=True,
                       stdout=subprocess.DEVNULL)
    # Other tests run beside this one, so what counts is the work and not the time on the wall: an
    # idle machine answers in less than this.
    assert (seconds_used(daemon) - before) / QUESTIONS < 0.05
