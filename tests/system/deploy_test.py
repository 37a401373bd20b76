"""ctl create and git push: with a real git and a real daemon, and no network."""

import json
import os
import subprocess

import pytest
from waiting import wait_for

import proc
from home import BIN
from pushes import Work, created

@pytest.fixture
def probation():
    """Milliseconds that a release is on trial; where one is to fail it must have the usual time."""
    return {"MUSTER_PROBATION_MS": "100"}


@pytest.fixture
def work(app, probation):
    # The base port of the daemon that the hook starts.
    app.home.environment |= {"PORT": str(app.home.port), **probation}
    work = Work(app)
    yield work
    app.ctl("shutdown")


def served(app):
    """What the app answers over HTTP: the version that it was deployed with."""
    import urllib.request
    row = app.row("web.1")
    with urllib.request.urlopen(f"http://127.0.0.1:{row['port']}/", timeout=5) as answer:
        return answer.read().decode()


def releases(app):
    return json.loads(app.ok("releases", "--json"))


usual_probation = pytest.mark.parametrize("probation", [pytest.param({}, id="2s")])


@usual_probation
def test_the_first_push_starts_the_daemon_with_one_web_process(work):
    created(work).commit("one")
    lines = work.pushed()
    for line in ("-----> Muster receiving push", "-----> Discovering process types",
                 "       Procfile declares types -> web, worker", "-----> Launching... done, v1"):
        assert line in lines, lines
    assert work.app.formation() == "web=1 worker=0"
    assert served(work.app) == "one"
    assert proc.alive(work.app.pid_of_daemon())
    assert not any(name.startswith("GIT_") for name in
                   proc.environment(work.app.pid("web.1")))


def test_a_first_push_without_web_says_that_nothing_runs(work):
    created(work).commit("one", site="python3 serve.py", release="true")
    lines = work.pushed()
    assert any("Nothing of app runs yet: ctl scale site=1 -a app" in line for line in lines), lines
    assert work.app.ok("scale", "site=1")


def test_another_push_takes_over_and_keeps_the_formation(work):
    created(work).commit("one")
    work.pushed()
    work.app.ok("scale", "web=2", "worker=1")
    work.app.wait_states({"web.1": "up", "web.2": "up", "worker.1": "up"})
    daemon = work.app.pid_of_daemon()
    commit = work.commit("two")
    assert "-----> Launching... done, v2" in work.pushed()
    assert work.app.formation() == "web=2 worker=1"
    assert served(work.app) == "two"
    assert work.app.pid_of_daemon() == daemon
    newest = releases(work.app)[0]
    assert newest["change"] == f"Deploy {commit[:7]}"
    where = os.readlink(f"/proc/{work.app.pid('worker.1')}/cwd")
    assert where == f"{work.app.home.state}/checkouts/{newest['code']}"
    assert work.app.status()["directory"] == where


@usual_probation
def test_what_does_not_come_up_is_refused_and_taken_back(work):
    created(work).commit("one")
    work.pushed()
    work.app.ok("config", "set", "A=1")
    work.app.wait_state("web.1", "up")
    work.commit("two", web="sh -c 'exit 3'")
    status, lines = work.push()
    assert status != 0
    assert any("v3 did not come up: web.1 crashed" in line for line in lines), lines
    assert any("pre-receive hook declined" in line for line in lines), lines
    work.app.wait_state("web.1", "up")
    assert served(work.app) == "one"
    assert work.app.formation() == "web=1 worker=0", "types that were gone are back"
    assert [row["state"] for row in releases(work.app)] == [None, "failed", None, None]
    work.commit("three")
    work.pushed()
    assert served(work.app) == "three"
    assert work.app.ok("config", "get", "A") == "1\n"


@usual_probation
def test_a_first_push_that_does_not_come_up_leaves_no_daemon(work):
    created(work).commit("one", web="sh -c 'exit 3'")
    status, lines = work.push()
    assert status != 0 and any("web.1 crashed" in line for line in lines), lines
    work.app.refused("ps", status=3)
    work.commit("two")
    work.pushed()
    assert served(work.app) == "two"


def test_a_build_that_fails_changes_nothing(work):
    created(work).commit("one")
    build = work.app.write("bin/build", "#!/bin/sh\necho building with $A\nexit 3\n")
    build.chmod(0o755)
    work.commit("two")
    status, lines = work.push()
    assert status != 0
    assert "       building with" in lines
    assert any("bin/build failed with status 3" in line for line in lines)
    assert not list((work.app.home.state / "checkouts").iterdir())
    work.app.refused("ps", status=3)


def test_a_build_sees_the_config_vars_and_leaves_what_it_made(work):
    created(work).commit("one")
    work.pushed()
    work.app.ok("config", "set", "A=hello")
    work.app.wait_state("web.1", "up")
    build = work.app.write("bin/build", "#!/bin/sh\necho building with $A\npwd > version\n")
    build.chmod(0o755)
    work.commit("two")
    assert "       building with hello" in work.pushed()
    assert served(work.app) == work.app.status()["directory"] + "\n"


def test_rollback_goes_back_to_code_and_config(work):
    created(work).commit("one")
    work.pushed()
    work.commit("two")
    work.pushed()
    assert work.app.ok("rollback", "v1") == "Rolling back... done, v3\n"
    wait_for("the first version", lambda: work.app.row("web.1")["state"] == "up"
             and served(work.app) == "one")


def test_five_checkouts_are_kept(work):
    created(work)
    for version in range(7):
        work.commit(str(version), worker="tail -f /dev/null")
        assert f"-----> Launching... done, v{version + 1}" in work.pushed()
    kept = {path.name for path in (work.app.home.state / "checkouts").iterdir()}
    assert kept == {row["code"] for row in releases(work.app)[:5]}
    assert [row["state"] for row in releases(work.app)] == 5 * [None] + 2 * ["gone"]
    table = work.app.ok("releases").splitlines()[2:]
    assert ["(code is gone)" in line for line in table] == 5 * [False] + 2 * [True]
    assert "no longer there" in work.app.refused("rollback", "v1")


def test_a_push_over_ssh_finds_the_app_in_a_bare_environment(work):
    created(work).commit("one")
    work.pushed()
    ssh = work.app.write("ssh", '#!/bin/sh\nshift\nexec env -i PATH="$PATH" sh -c "$*"\n')
    ssh.chmod(0o755)
    work.env |= {"GIT_SSH": str(ssh), "GIT_SSH_VARIANT": "simple"}
    work.git("remote", "set-url", "muster", f"box:{work.app.home.state}/repository.git")
    work.commit("two")
    assert "-----> Launching... done, v2" in work.pushed()
    assert served(work.app) == "two"


def test_other_branches_are_stored_and_a_procfile_is_needed(work):
    created(work).commit("one")
    assert any("only main" in line for line in work.pushed("main:refs/heads/topic"))
    work.app.refused("ps", status=3)
    work.git("rm", "-q", "Procfile")
    work.git("commit", "-q", "-m", "none")
    status, lines = work.push()
    assert status != 0 and any("no Procfile" in line for line in lines), lines


def test_a_supervisor_that_dies_during_a_deploy_is_no_obstacle(work):
    created(work).commit("one")
    work.pushed()
    gate = work.app.gate("gate")
    work.commit("two", web=f"sh -c 'read x < {gate.path}; exec python3 serve.py'")
    push = work.begin_push()
    wait_for("the new web process", lambda: len(releases(work.app)) == 2
             and work.app.row("web.1")["state"] == "starting")
    work.app.kill_supervisor()
    gate.open()
    _, errors = push.communicate(timeout=60)
    assert push.returncode == 0, errors
    assert served(work.app) == "two"


def test_a_supervisor_that_dies_while_a_release_is_prepared_is_no_obstacle(work):
    created(work).commit("one")
    work.pushed()
    gate = work.app.gate("gate")
    work.commit("two", web="python3 serve.py",
                release=f"echo prepares; read x < {gate.path}")
    push = work.begin_push()
    work.app.wait_log("app[release.2]: prepares")
    work.app.kill_supervisor()
    gate.open()  # for the one that runs
    gate.open()  # and for that of the deploy which is asked for again
    _, errors = push.communicate(timeout=60)
    assert push.returncode == 0, errors
    assert served(work.app) == "two"
    assert [row["version"] for row in releases(work.app)] == [2, 1]


def test_the_next_daemon_runs_what_was_deployed(work):
    created(work).commit("one")
    work.pushed()
    work.app.ok("shutdown")
    started = subprocess.run([str(BIN / "musterd"), "-d", "--app", "app"], cwd="/", text=True,
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                             env=work.app.home.environment, check=False)
    assert started.returncode == 0, started.stderr
    work.app.wait_state("web.1", "up")
    assert served(work.app) == "one"


def test_create_again_renews_the_hook_and_leaves_another_remote_alone(work):
    created(work)
    assert work.app.ok("create").startswith("Creating app... done\n")
    work.git("remote", "set-url", "muster", "/elsewhere")
    assert "git remote set-url muster" in work.app.refused("create")
    work.app.refused("create", "a/b", status=2)
