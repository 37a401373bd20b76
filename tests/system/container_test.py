"""The daemon as pid 1 of a container reaps whatever is orphaned to it, and ends in order by the
signal that an image names as its STOPSIGNAL."""

import json
import os
import re
import shutil
import signal
import subprocess

import proc
import pytest
import yaml
from daemon import STAYS
from home import BIN, REPOSITORY
from waiting import PATIENCE, wait_for

UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

pytestmark = pytest.mark.skipif(
    subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0,
    reason="no pid namespace may be made here")


def start(app):
    """Its pid as it is outside."""
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen([*UNSHARE, *app.command()], stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=out, env=app.home.environment)
    wait_for("the daemon", app.answers)
    return wait_for("pid 1", lambda: proc.children(app.popen.pid))[0]


def test_orphans_are_reaped(app):
    app.procfile(worker="(setsid sh -c 'echo orphan; exit 3' &); echo Ready; " + STAYS)
    init = start(app)
    app.wait_log("app[worker.1]: orphan")
    wait_for("no zombie", lambda: not [
        pid for pid in proc.children(init) if proc.state(pid) == "Z"])
    assert os.path.exists(f"/proc/{init}")
    app.ok("shutdown")
    assert app.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGTERM, signal.SIGINT])
def test_a_stopsignal_ends_the_app_in_order(app, number):
    """The kernel ignores for pid 1 whatever it has no handler for."""
    app.procfile(alpha="trap 'echo bye; exit 0' TERM; echo ready; while :; do read x < gate; done",
                 bravo=STAYS)
    app.gate("gate")
    init = start(app)
    app.wait_log("app[alpha.1]: ready")
    os.kill(init, number)
    assert app.wait() == 0
    lines = app.logs("-n", "100")
    assert "app[alpha.1]: bye" in lines
    assert any(number.name in line for line in lines if line.startswith("muster[api]"))
    assert not proc.alive(init)


def documented(name):
    """The block of docs/container.md that is a file of this name."""
    page = (REPOSITORY / "docs" / "container.md").read_text()
    return re.search(rf"^```\w+ container/{name}\n(.*?)^```$", page, re.M | re.S)[1]


def test_the_documented_files_say_the_same():
    image = documented("Dockerfile")
    user = re.search(r"--uid (\d+)", image)[1]
    service = yaml.safe_load(documented("compose.yaml"))["services"]["shop"]
    assert service["user"] == user and service["read_only"]
    assert any(place.startswith(f"/state/run:uid={user},") for place in service["tmpfs"])
    pod = yaml.safe_load(documented("pod.yaml"))["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == int(user)
    shop = pod["containers"][0]
    check = re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", image, re.M)[1]
    assert shop["readinessProbe"]["exec"]["command"] == json.loads(check)
    mounted = {mount["mountPath"] for mount in shop["volumeMounts"]}
    assert mounted == {"/state", "/state/run", "/tmp"}


def test_anybody_on_a_read_only_root(app, installed):
    """The user has one directory to write to, as docs/container.md says."""
    if os.geteuid() != 0:
        pytest.skip("only root makes a root read-only")
    app.procfile(alpha="echo >nowhere || echo refused; " + STAYS)
    user = 10001
    app.home.path.chmod(0o755)
    state = app.home.path / "own"
    state.mkdir()
    app.home.environment["MUSTER_HOME"] = str(state)
    script = (f'mount --bind "{state}" "{state}" && mount -o remount,bind,ro / && '
              f'chown {user} "{state}" && exec setpriv --reuid {user} --regid {user} '
              '--clear-groups -- "$@"')
    app.wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script,
                   "sh"]
    app.start("--format", "json", wait=False)
    lines = wait_for("the line", lambda: [line for line in app.output.split("\n")
                                          if '"line":"refused"' in line])
    assert json.loads(lines[0])["process"] == "alpha.1"
    shutil.copy2(BIN / "ctl", installed)
    done = subprocess.run([installed / "ctl", "-a", "app", "wait"], capture_output=True, text=True,
                          env=app.home.environment, timeout=PATIENCE, check=False, cwd="/",
                          user=user, group=user, extra_groups=[])
    assert done.returncode == 0, done.stderr
    # setpriv has cleared what --kill-child had set, so the daemon is told itself.
    os.kill(proc.children(app.popen.pid)[0], signal.SIGTERM)
    assert app.wait() == 0
