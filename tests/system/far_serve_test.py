"""ctl serve: where ssh may not bring sockets, and as the forced command of a key that may do
nothing but ask the daemon."""

import json
import socket
import struct
import subprocess

import pytest

import proc
from daemon import STAYS
from home import BIN
from waiting import PATIENCE

FORBIDDEN = "AllowStreamLocalForwarding no"


@pytest.fixture
def shop(app, far):
    app.procfile(talker=f"echo hello; {STAYS}", console="cat")
    app.write("muster.toml", "[console]\ntty = true\n")
    app.start("--formation", "talker=1,console=1")
    app.wait_log("app[talker.1]: hello")
    app.pid("console.1")
    return app


def forced(far, options):
    """A key that may do no more than this."""
    far.allow(f'restrict,command="{BIN}/ctl serve {options}"')


def test_verbs_work_where_sshd_brings_no_sockets(shop, far):
    far.start(FORBIDDEN)
    assert "talker.1" in far.ok("ps")
    made = len(far.calls)
    assert "now running 2" in far.ok("scale", "talker=2")
    assert "hello" in far.ok("logs", "talker")
    done = far.ctl("run", "--", "sh", "-c", "cat; exit 7", input="a" * 300_000)
    assert (done.returncode, len(done.stdout)) == (7, 300_000)
    assert len(far.calls) == made
    far.talk_to("console.1")


def test_a_follower_that_does_not_read_stops_no_other_command(shop, far):
    """Its connection is full; the others go on beside it."""
    far.start(FORBIDDEN)
    far.ok("ps")
    follower = far.begin("logs", "-t", "-n", "1")
    try:
        assert follower.stdout.readline()  # from here on it misses nothing
        flood = far.begin("run", "-d", "--", "sh", "-c", "yes $(printf %0200d 1) | head -n 200000")
        flood.communicate()
        shop.wait_log("muster[run.1]: Process exited with status 0", "-p", "run.1", "-s", "muster")
        assert "talker.1" in far.ok("ps")
        assert far.ok("run", "--", "echo", "through") == "through\n"
        lines = iter(follower.stdout.readline, "")
        seen = 0
        for line in lines:
            seen += "app[run.1]: 0" in line
            if "muster[run.1]: Process exited" in line:
                break
        assert seen == 200_000
    finally:
        follower.terminate()
        follower.communicate()


def test_a_lost_connection_is_told_and_replaced(shop, far):
    far.start(FORBIDDEN)
    follower = far.begin("logs", "-t")
    assert follower.stdout.readline()
    for pid in far.master_pids():
        proc.kill(pid)
    shop.ok("scale", "talker=2")
    assert any("talker=2" in line for line in follower.stdout)
    assert "talker.2" in far.ok("ps")
    follower.terminate()
    _, said = follower.communicate(timeout=PATIENCE)
    assert f"the connection to {far.url}" in said and "connected again" in said


def test_a_daemon_that_does_not_run_is_told_there_too(shop, far):
    far.start(FORBIDDEN)
    far.ok("ps")
    shop.stop()
    assert "no daemon runs for app 'app' on" in far.refused("ps", status=3)
    shop.start()
    assert "talker.1" in far.ok("ps")


def test_a_forced_command_serves_its_app_and_nothing_else(shop, far):
    forced(far, "-a app")
    far.start()
    assert "talker.1" in far.ok("ps")
    assert far.ok("run", "--", "echo", "through") == "through\n"
    assert "there is no app 'blog'" in far.refused("-a", "blog", "ps", host=far.url, status=3)
    assert "there are: app" in far.refused("ps", host=far.url, status=2)
    for words in (("apps",), ("destroy", "app", "--confirm", "app"), ("where",)):
        assert "this key is for ctl -H alone" in far.ctl(*words).stderr
    ssh = [far.place / "bin" / "ssh", "-p", str(far.port), "127.0.0.1"]
    for line in ("id", "env MUSTER_HOST= ctl where --json -a app; id",
                 "env MUSTER_HOST= ctl serve -a 'app' --role admin", " ",
                 "env MUSTER_HOST= ctl serve -a ../x"):
        done = subprocess.run([*ssh, line], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE)
        assert done.returncode == 1 and "uid=" not in done.stdout, line
    done = subprocess.run([*ssh, "-W", "127.0.0.1:1"], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE)
    assert done.returncode != 0


def test_the_log_has_the_name_of_the_key(shop, far):
    forced(far, "--name eve -a app")
    far.start()
    for number in (2, 3):  # the second one uses what is kept
        far.ok("scale", f"talker={number}")
        by = f"{far.user}@{socket.gethostname()}/eve"
        shop.wait_log(f"muster[api]: Scale to console=1, talker={number} by {by}")


def test_a_key_that_is_bound_to_no_app_may_ask_each(shop, far):
    forced(far, "")
    far.start()
    assert "talker.1" in far.ok("ps")
    assert json.loads(far.ok("ps", "--json"))


def test_a_key_that_may_read_sees_and_changes_nothing(shop, far):
    shop.ok("config", "set", "TOKEN=secret")
    forced(far, "--role read --name eve -a app")
    far.start()
    assert "talker.1" in far.ok("ps")
    assert far.ok("scale").strip() == "console=1 talker=1"
    assert "talker.1" in far.ok("logs", "-n", "5", "-p", "talker")
    assert "pid" not in far.ok("status")
    assert json.loads(far.ok("status", "--json"))["directory"] is None
    shown = far.ok("config")
    assert "TOKEN: (hidden)" in shown and "secret" not in shown
    for words in (["config", "get", "TOKEN"], ["config", "--shell"], ["config", "--json"],
                  ["scale", "talker=5"], ["restart"], ["run", "--", "true"], ["shutdown"]):
        refused = far.ctl(*words)
        assert refused.returncode == 1, words
        assert "may" in refused.stderr and "secret" not in refused.stdout, words
    by = f"{far.user}@{socket.gethostname()}/eve"
    shop.wait_log(f"muster[api]: {by} may not scale (read)")
    assert shop.formation() == "console=1 talker=1"


def test_a_key_that_may_operate_scales_and_runs_nothing(shop, far):
    forced(far, "--role operate -a app")
    far.start()
    far.ok("scale", "talker=2")
    far.ok("restart", "talker.1")
    for words in (["run", "--", "true"], ["config", "set", "A=1"], ["shutdown"]):
        assert "may not" in far.ctl(*words).stderr, words
    assert shop.formation() == "console=1 talker=2"


class Served:
    """A ctl serve that is talked to in frames."""

    def __init__(self, shop):
        self.popen = subprocess.Popen([str(BIN / "ctl"), "serve", "-a", "app"], bufsize=0,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      env=shop.home.environment)
        assert self.popen.stdout.read(15) == b"muster-serve 1\n"

    def send(self, kind, number, rest=b""):
        self.popen.stdin.write(kind + struct.pack(">II", len(rest) + 4, number) + rest)

    def receive(self):
        kind, size, number = struct.unpack(">cII", self.popen.stdout.read(9))
        rest = b""
        while len(rest) < size - 4:
            rest += self.popen.stdout.read(size - 4 - len(rest))
        return kind, number, rest

    def end(self):
        self.popen.stdin.close()
        self.popen.stdout.close()
        return self.popen.wait(PATIENCE)


def test_frames_open_only_what_there_is(shop):
    served = Served(shop)
    served.send(b"O", 1, b"control")
    assert served.receive()[:2] == (b"D", 1)  # its greeting
    for number, name in enumerate((b"lock", b"../../etc/passwd", b"", b"read/../control"), 2):
        served.send(b"O", number, name)
        assert served.receive() == (b"C", number, b"")
    served.send(b"D", 77, b"nobody's")
    served.send(b"C", 1)
    served.send(b"O", 9, b"bus")
    assert served.receive()[:2] == (b"D", 9)
    assert served.end() == 0


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"O\xff\xff\xff\xff", b"O\0\0\0\0",
                                     b"D\x7f\0\0\0" + b"x" * 100])
def test_what_is_no_frame_ends_it(shop, garbage):
    served = Served(shop)
    served.popen.stdin.write(garbage)
    assert served.popen.wait(PATIENCE) == 0
    assert served.end() == 0


def test_more_than_there_is_room_for_ends_one_connection(shop):
    served = Served(shop)
    served.send(b"O", 1, b"bus")
    assert served.receive()[0] == b"D"
    for _ in range(64):
        served.send(b"D", 1, b"\0" * 32768)
    while served.receive()[0] != b"C":
        pass
    assert served.end() == 0
