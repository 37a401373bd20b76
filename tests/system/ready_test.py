"""What shows that a process is up: muster.toml's `ready`, and what happens if it takes too long."""

import os
import signal
import sys

import pytest
from daemon import STAYS
from waiting import stays

# Says what it is told through the fifo `say` to NOTIFY_SOCKET, a line at a time.
NOTIFIER = '''import os, socket
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect(os.environ["NOTIFY_SOCKET"])
for line in open("say", encoding="latin-1"):
    to.send(line.strip().encode("latin-1"))
    print("said", line.strip(), flush=True)
'''


def stays_starting(app, process):
    stays("starting", lambda: app.row(process)["state"] == "starting", 0.5)


def notifier(app):
    app.write("notify.py", NOTIFIER)
    app.procfile(alpha=f"exec {sys.executable} notify.py")
    app.write("muster.toml", "[alpha]\nready = 'notify'\n")
    return app.gate("say")


def test_delay(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\nready = 'delay:2s'\n")
    app.start()
    app.wait_state("alpha.1", "starting")
    stays_starting(app, "alpha.1")
    app.wait_state("alpha.1", "up")


def test_exec(app):
    app.procfile(alpha=STAYS)
    (app.directory / "sub").mkdir()
    app.write("muster.toml", "[alpha]\ndirectory = 'sub'\n"
              "ready = 'exec:test -f go && test $PS = alpha.1'\n")
    app.start()
    app.wait_state("alpha.1", "starting")
    stays_starting(app, "alpha.1")
    app.kill_supervisor()
    stays_starting(app, "alpha.1")
    app.write("sub/go", "")
    app.wait_state("alpha.1", "up")


def test_http(app):
    app.procfile(alpha=f"exec {sys.executable} -m http.server $PORT")
    app.write("muster.toml", "[alpha]\nready = 'http:/healthy'\n")
    app.start()
    app.wait_state("alpha.1", "starting")
    stays_starting(app, "alpha.1")
    app.write("healthy", "yes")
    app.wait_state("alpha.1", "up")


def test_none_lifts_what_the_name_says(app):
    app.procfile(web=STAYS)
    app.write("muster.toml", "[web]\nready = 'none'\n")
    app.start()
    app.wait_state("web.1", "up")


def test_notify(app):
    gate = notifier(app)
    app.start()
    say = gate.writer()
    say.write(b"STATUS=warming up\n")
    app.wait_log("app[alpha.1]: said STATUS=warming up")
    row = app.wait_state("alpha.1", "starting")
    assert row["note"] == "warming up"
    say.write(b"READY=1\n")
    app.wait_state("alpha.1", "up")
    say.close()


@pytest.mark.row("B34")
def test_what_is_said_twice_or_means_nothing_changes_nothing(app):
    gate = notifier(app)
    app.start()
    say = gate.writer()
    for text in (b"READY=0", b"=", b"\xff\xfe", b"ready=1", b"X" * 4000):
        say.write(text + b"\n")
    say.write(b"STATUS=all of it\n")
    app.wait_log("app[alpha.1]: said STATUS=all of it")
    assert app.wait_state("alpha.1", "starting")["note"] == "all of it"
    say.write(b"READY=1\nREADY=1\nREADY=1\nSTATUS=thrice\n")
    app.wait_log("app[alpha.1]: said STATUS=thrice")
    app.wait_state("alpha.1", "up")
    assert app.logs("-p", "alpha.1", "-s", "muster").count(
        "muster[alpha.1]: State changed from starting to up") == 1
    say.close()


def test_what_is_said_while_there_is_no_supervisor_waits_for_the_next(app):
    gate = notifier(app)
    app.start()
    say = gate.writer()
    app.wait_state("alpha.1", "starting")
    supervisor = app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGSTOP)
    say.write(b"READY=1\n")
    os.kill(supervisor, signal.SIGKILL)
    app.successor(supervisor)
    app.wait_state("alpha.1", "up")
    assert app.row("alpha.1")["restarts"] == 0
    say.close()


def test_nobody_speaks_for_another(app):
    gate = notifier(app)
    app.write("Procfile", (app.directory / "Procfile").read_text() + f"bravo: {STAYS}\n")
    app.write("muster.toml", "[app]\nready = 'notify'\n")
    app.start()
    say = gate.writer()
    say.write(b"READY=1\n")
    app.wait_state("alpha.1", "up")
    stays_starting(app, "bravo.1")
    say.close()


@pytest.mark.row("B34")
def test_who_is_not_ready_in_time_is_killed_if_so_wished(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\nready = 'exec:false'\nboot_timeout = '500ms'\n"
              "restart = 'never'\n")
    app.start()
    app.wait_state("alpha.1", "failed")
    lines = app.logs("-p", "alpha.1")
    assert "muster[alpha.1]: Error R10 (Boot timeout) -> Process was not ready within 0.5 " \
           "seconds of launch" in lines
    assert "muster[alpha.1]: Process exited with status 137" in lines


def test_a_successor_still_counts_the_time(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\nready = 'notify'\nboot_timeout = '3s'\n"
              "restart = 'never'\n")
    app.start()
    app.wait_state("alpha.1", "starting")
    app.kill_supervisor()
    app.wait_state("alpha.1", "failed")
    assert app.row("alpha.1")["restarts"] == 0


def test_a_line_that_it_prints(app):
    app.procfile(alpha=f"echo Listening soon; read x < gate; echo Listening on 80 >&2; {STAYS}")
    gate = app.gate("gate")
    app.write("muster.toml", "[alpha]\nready = 'log:^Listening on [0-9]+$'\n")
    app.start()
    app.wait_log("app[alpha.1]: Listening soon")
    assert app.row("alpha.1")["state"] == "starting"
    app.kill_supervisor()
    assert app.row("alpha.1")["state"] == "starting"
    gate.open()
    app.wait_state("alpha.1", "up")


def test_a_line_that_it_prints_while_nobody_is_there(app):
    app.procfile(alpha=f"echo begun; read x < gate; echo Listening; {STAYS}")
    gate = app.gate("gate")
    app.write("muster.toml", "[alpha]\nready = 'log:^Listening$'\n")
    app.start()
    app.wait_log("app[alpha.1]: begun")
    supervisor = app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGSTOP)
    gate.open()
    os.kill(supervisor, signal.SIGKILL)
    app.successor(supervisor)
    app.wait_state("alpha.1", "up")
