"""What is too large for a reader is made to fit by whoever writes it, or is refused."""

import subprocess

import pytest
from daemon import STAYS

MANY_WORDS = [f"/srv/photos/{n:0110d}.jpg" for n in range(1, 5001)]


@pytest.mark.asan
def test_a_command_of_600_kb_is_logged_and_the_log_stays_readable(app):
    app.procfile(alpha="echo hello; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: hello")
    app.ok("run", "--shared", "-d", "--", "true", *MANY_WORDS)
    app.wait_log("muster[run.1]: Process exited with status 0")
    for options in (["-n", "1000"], ["--from", "1"], ["--json", "-n", "1000"], ["-s", "muster"]):
        done = app.ctl("logs", *options)
        assert (done.returncode, done.stderr) == (0, "")
        assert max(map(len, done.stdout.splitlines())) < 66_000 * 2
    long = [line for line in app.lines_of("logs", "-n", "1000") if "photos" in line]
    assert len(long) == 2 and all(line.endswith(" kB more") for line in long)
    follower = app.begin("logs", "-t", "-n", "1000", text=True)
    try:
        for line in follower.stdout:
            if "Process exited" in line:
                break
    finally:
        follower.kill()
        follower.wait()
    app.signal(15)
    app.wait()
    assert len(app.lines_of("logs", "-n", "1000")) >= 6, "without the daemon too"


def test_long_commands_are_cut_in_ps_so_that_all_processes_fit_into_a_reply(app):
    app.procfile(w=STAYS + " #" + "x" * 60_000)
    app.start("-m", "w=10")
    rows = app.rows()
    assert len(rows) == 10
    assert all(row["command"].endswith(" kB more") and len(row["command"]) < 3000 for row in rows)
    assert "w.10" in app.ok("ps")


def test_config_vars_can_always_be_asked_for(app):
    app.procfile(w=STAYS)
    app.start()
    for part in range(3):
        app.ctl("config", "set", *[f"V{part}_{n}=" for n in range(3000)])
    assert "config vars are too many: at most 4096" in \
        app.refused("config", "set", *[f"W{n}=" for n in range(2000)])
    assert len(app.ok("config").splitlines()) >= 3000


def test_who_asks_is_cut_by_ctl_and_refused_beyond(app):
    """A login name of 200 bytes is possible, with some directories of users."""
    app.procfile(w=STAYS)
    app.start()
    host = "h" * 60
    done = subprocess.run(["unshare", "--uts", "true"], capture_output=True)
    if done.returncode != 0:
        pytest.skip("no uts namespace here")
    script = f"hostname {host} && exec \"$@\""
    from home import BIN
    subprocess.run(["unshare", "--uts", "sh", "-c", script, "sh", str(BIN / "ctl"), "-a", "app",
                    "scale", "w=2"], check=True, env=app.home.environment, cwd=app.directory)
    assert f"@{host}" in app.ok("logs", "-s", "muster", "-n", "100")
