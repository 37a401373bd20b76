"""What a process inherits: none of our descriptors, an input that says nothing, default signals,
and a session of its own."""

import os
import signal
import subprocess

import proc
import pytest
from waiting import wait_for


@pytest.mark.asan
def test_descriptors_and_stdin(app):
    app.procfile(alpha="exec sleep 1000")
    app.start()
    pid = app.pid("alpha.1")
    # The dynamic loader of a program that has just begun has a library open, as 3.
    files = wait_for("its three descriptors", lambda: (
        found := proc.open_files(pid)) and sorted(found) == [0, 1, 2] and found)
    assert files[0].startswith("pipe:")
    assert files[1].startswith("pipe:") and files[2].startswith("pipe:")
    assert len(set(files.values())) == 3


def test_the_output_may_be_opened_again(app):
    app.procfile(alpha="echo one > /dev/stdout; echo two > /dev/stderr; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: one")
    app.wait_log("app[alpha.1]: two")


def test_signals_are_reset(app):
    app.procfile(alpha="exec sleep 1000")
    ignored = [signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD]

    def spoil():
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen(app.command(), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=out, env=app.home.environment, preexec_fn=spoil)
    wait_for("the daemon", app.answers)
    pid = app.pid("alpha.1")
    assert proc.signals(pid, "SigIgn") == set()
    assert proc.signals(pid, "SigBlk") == set()


def test_a_session_of_its_own_and_the_apps_directory(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start()
    alpha, bravo = app.pid("alpha.1"), app.pid("bravo.1")
    assert os.getsid(alpha) == alpha != os.getsid(bravo)
    assert os.getpgid(alpha) == alpha
    assert os.readlink(f"/proc/{alpha}/cwd") == str(app.directory)


def test_the_daemons_own_descriptors_do_not_leak_from_its_parent(app):
    read, write = os.pipe()
    os.set_inheritable(write, True)
    app.procfile(alpha="exec sleep 1000")
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen(app.command(), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=out, env=app.home.environment, close_fds=False)
    os.close(write)
    wait_for("the daemon", app.answers)
    assert sorted(proc.open_files(app.pid("alpha.1"))) == [0, 1, 2]
    os.close(read)
