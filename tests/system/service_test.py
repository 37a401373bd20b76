"""musterd as a service: a service manager is told what sd_notify(3) wants to know, over reloads,
upgrades and the deaths of keeper and supervisor; and what it gave us does not reach the app."""

import os
import signal
import socket
import struct
import time

import pytest
from daemon import STAYS
from waiting import PATIENCE, wait_for


class Manager:
    """A service manager, as far as its socket goes."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(str(path))
        self.heard = []  # (pid, lines)

    def listen(self, until):
        """Hears what comes until it has what is wanted, and returns the sender and the lines."""
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            data, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(12))
            sender = struct.unpack("3i", control[0][2])[0]
            lines = dict(line.split("=", 1) for line in data.decode().splitlines())
            self.heard.append((sender, lines))
            if until(lines):
                return sender, lines
        raise AssertionError(f"heard only {self.heard}")

    def hear(self, name):
        return self.listen(lambda lines: name in lines)


@pytest.fixture
def manager(tmp_path):
    one = Manager(tmp_path / "notify")
    yield one
    one.socket.close()


@pytest.fixture
def service(app, manager):
    app.procfile(alpha=STAYS)
    app.start(env={"NOTIFY_SOCKET": manager.socket.getsockname(), "WATCHDOG_USEC": "400000",
                   "LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "web"})
    sender, lines = manager.hear("READY")
    assert lines == {"READY": "1", "MAINPID": str(app.popen.pid), "STATUS": "Ready."}
    assert sender == app.popen.pid
    return app


def test_the_end_is_told_when_it_begins(service, manager):
    stop = service.begin("shutdown")
    assert manager.hear("STOPPING")[1] == {"STOPPING": "1"}
    assert stop.wait(PATIENCE) == 0


def test_time_is_asked_for_as_long_as_a_grace_may_take(app, manager):
    gate = app.gate("go")
    app.write("muster.toml", "[alpha]\ngrace = '500s'\n")
    app.procfile(alpha=f"trap 'echo told; read -r x <{gate.path}; exit' TERM; echo set; "
                       "while :; do read -r x <wake; done")
    os.mkfifo(app.directory / "wake")
    app.start(env={"NOTIFY_SOCKET": manager.socket.getsockname()})
    app.wait_log("app[alpha.1]: set")
    app.signal(signal.SIGTERM)
    asked = manager.hear("EXTEND_TIMEOUT_USEC")[1]
    # The leader has half of it, and is asked again then.
    assert 240e6 < int(asked["EXTEND_TIMEOUT_USEC"]) < 270e6
    app.wait_log("app[alpha.1]: told")
    app.kill_supervisor()
    asked = manager.hear("EXTEND_TIMEOUT_USEC")[1]
    assert 200e6 < int(asked["EXTEND_TIMEOUT_USEC"]) < 270e6
    gate.open()
    assert app.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_the_end_by_a_signal_is_told(service, manager, number):
    service.signal(number)
    manager.hear("STOPPING")
    service.wait()


@pytest.mark.parametrize("how", ["ctl", "signal"])
def test_a_reload_is_told_with_its_time_and_its_end(service, manager, how):
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    if how == "ctl":
        service.ok("reload")
    else:
        service.signal(signal.SIGHUP)
    lines = manager.hear("RELOADING")[1]
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert lines["RELOADING"] == "1"
    assert before <= int(lines["MONOTONIC_USEC"]) <= now
    assert manager.hear("READY")[1]["READY"] == "1"


def test_a_reload_that_is_refused_ends_as_well(service, manager):
    service.write("Procfile", "")
    assert service.ctl("reload").returncode != 0
    manager.hear("RELOADING")
    manager.hear("READY")


@pytest.mark.row("A157")
def test_a_keeper_that_is_killed_has_a_successor_that_says_so(service, manager):
    pid = service.pid("alpha.1")
    for _ in range(2):
        keeper = service.status()["keeper_pid"]
        os.kill(keeper, signal.SIGKILL)
        sender, lines = manager.listen(lambda lines: "MAINPID" in lines)
        assert int(lines["MAINPID"]) == sender != keeper
        assert lines["READY"] == "1"
        wait_for("the keeper", lambda sender=sender: service.status()["keeper_pid"] == sender)
        manager.hear("WATCHDOG")
        assert manager.heard[-1][0] == sender
    assert service.pid("alpha.1") == pid
    os.kill(service.status()["keeper_pid"], signal.SIGTERM)
    manager.hear("STOPPING")
    wait_for("the end", lambda: not os.path.exists(f"/proc/{pid}"))


@pytest.mark.row("A157")
@pytest.mark.parametrize("how", ["upgrade", "kill"])
def test_a_succession_is_told_by_the_same_main_process(service, manager, how):
    if how == "upgrade":
        service.ok("upgrade")
    else:
        service.kill_supervisor()
    sender, lines = manager.listen(lambda lines: "MAINPID" in lines)
    assert sender == int(lines["MAINPID"]) == service.popen.pid
    manager.hear("WATCHDOG")


def test_signs_of_life_come_at_half_the_time_at_least(service, manager):
    manager.hear("WATCHDOG")
    before = time.monotonic()
    for _ in range(5):
        manager.hear("WATCHDOG")
    assert time.monotonic() - before < 5 * 0.4


def test_a_watchdog_for_another_process_is_not_fed(app, manager):
    app.procfile(alpha=STAYS)
    app.start(env={"NOTIFY_SOCKET": manager.socket.getsockname(), "WATCHDOG_USEC": "1000",
                   "WATCHDOG_PID": "1"})
    manager.hear("READY")
    app.ok("reload")
    manager.hear("RELOADING")
    assert not any("WATCHDOG" in lines for _, lines in manager.heard)


def test_nothing_of_it_reaches_the_app(service, manager):
    for _ in range(2):
        names = service.ok("run", "--shared", "--", "env")
        for name in ("NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "MUSTER_SERVICE"):
            assert name not in names
        os.kill(service.status()["keeper_pid"], signal.SIGKILL)
        manager.listen(lambda lines: "MAINPID" in lines)
        service.kill_supervisor()
        manager.listen(lambda lines: "MAINPID" in lines)
