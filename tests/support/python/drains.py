"""A muster-drain that a test runs by hand beside its daemon."""

import json
import os
import signal
import subprocess

from home import BIN
from waiting import PATIENCE, wait_for


class HandDrain:
    def __init__(self, app, url, *options):
        self.app, self.options, self.popen = app, options, None
        self.url_file = app.home.path / "drain.url"
        self.url_file.touch(mode=0o600)
        self.url_file.write_text(url + "\n")
        self.output = app.home.path / "drain.out"
        self.place = app.home.state / "drains" / "drain"

    def command(self, *options):
        return [str(BIN / "muster-drain"), "-a", "app", "--url-file", str(self.url_file),
                *self.options, *options]

    def start(self):
        with open(self.output, "ab") as out:
            self.popen = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=out, env=self.app.home.environment)

    def test(self):
        return subprocess.run(self.command("--test"), capture_output=True, text=True,
                              timeout=PATIENCE, check=False, env=self.app.home.environment)

    def cursor(self):
        """(answered, in flight); nothing if there is none."""
        try:
            words = (self.place / "cursor").read_text().split()
        except FileNotFoundError:
            return None
        return int(words[3]), int(words[4])

    def wait_begun(self):
        wait_for("a cursor", self.cursor)

    def rejected(self):
        path = self.place / "rejected"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self):
        self.popen.send_signal(signal.SIGTERM)
        assert self.popen.wait(PATIENCE) == 0, self.text()

    def text(self):
        return self.output.read_text()

    def end(self):
        if self.popen and self.popen.poll() is None:
            self.kill()


def kill_supervisor(app):
    """It is back when it answers."""
    pid = app.pid_of_supervisor()
    os.kill(pid, signal.SIGKILL)
    wait_for("another supervisor", lambda: app.ctl("status").returncode == 0 and
             app.pid_of_supervisor() != pid)
