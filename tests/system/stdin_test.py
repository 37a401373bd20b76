"""The stdin of processes: in the foreground one that says nothing and does not end, whatever
happens to the daemon; in the background, and for all that is no process of the formation,
/dev/null."""

import os
import signal

import isolation
import proc
import pytest
from waiting import stays, wait_for

# As esbuild --watch and tailwind do it: they leave when their stdin ends.
WATCHER = "echo began; cat; echo its input ended; exit 7"


def ended(app):
    return "app[css.1]: its input ended" in app.logs("-n", "1000")


@pytest.mark.parametrize("settings", ["", "isolate = true"])
def test_in_the_foreground_it_does_not_end(app, settings):
    if settings:
        isolation.require()
    app.procfile(css=WATCHER)
    app.write("muster.toml", f"[css]\n{settings}\n")
    app.start()
    app.wait_log("app[css.1]: began")
    pid = app.pid("css.1")
    assert proc.open_files(pid)[0].startswith("pipe:") or settings
    app.kill_supervisor()
    keeper = app.status()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    wait_for("another keeper", lambda: app.status()["keeper_pid"] != keeper)
    stays("the watcher", lambda: not ended(app), 0.3)
    app.ok("restart", "css")
    app.replaced("css.1", pid)
    app.wait_log("app[css.1]: began", count=2)
    stays("the new watcher", lambda: not ended(app), 0.3)
    app.kill_hard()
    app.start()
    stays("the watcher", lambda: not ended(app), 0.3)
    app.ok("stop", "css")
    assert not ended(app)


def test_in_the_background_it_is_at_its_end(app):
    app.procfile(css=WATCHER)
    assert app.start_in_background().returncode == 0
    app.wait_log("app[css.1]: its input ended")
    app.ok("shutdown")


def test_a_one_off_in_the_background_has_none(app):
    app.procfile(css=WATCHER, task="readlink /proc/self/fd/0")
    app.start("-m", "css=1")
    app.ok("run", "--shared", "--detach", "--", "sh", "-c", "echo input=$(readlink /proc/$$/fd/0)")
    app.wait_log("app[run.1]: input=/dev/null")


def test_two_processes_do_not_share_it(app):
    app.procfile(alpha="exec tail -f", bravo="exec tail -f")
    app.start()
    alpha, bravo = (proc.open_files(app.pid(name))[0] for name in ("alpha.1", "bravo.1"))
    assert alpha.startswith("pipe:") and bravo.startswith("pipe:") and alpha != bravo


def test_a_process_of_another_user_may_open_it_again(app):
    if os.geteuid() != 0:
        pytest.skip("takes root")
    app.home.path.chmod(0o755)
    app.procfile(alpha="exec 0</dev/stdin; echo opened; exec tail -f /dev/null")
    app.write("muster.toml", "[alpha]\nuser = 'nobody'\n")
    app.start()
    app.wait_log("app[alpha.1]: opened")


@pytest.mark.parametrize("theirs,seen", [(None, "1"), ("", ""), ("x", "x")])
def test_python_prints_at_once_unless_the_app_says_otherwise(app, theirs, seen):
    app.procfile(alpha="python3 -c 'import os, signal; "
                       "print(\"<\" + os.environ[\"PYTHONUNBUFFERED\"] + \">\"); signal.pause()'")
    if theirs is not None:
        app.write(".env", f"PYTHONUNBUFFERED={theirs}\n")
    app.home.environment.pop("PYTHONUNBUFFERED", None)
    app.start()
    if seen:
        app.wait_log(f"app[alpha.1]: <{seen}>")
    said = app.ok("run", "--shared", "--", "sh", "-c", "echo \"<$PYTHONUNBUFFERED>\"")
    assert said == f"<{seen}>\n"
