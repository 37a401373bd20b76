"""muster.toml: who a process is, and what it may use."""

import os
import sys

import launch_cgroups
import proc
import pytest
from daemon import STAYS
from waiting import wait_for

NOBODY = 65534
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become others")


def limit_file(pid, controller, name, old_name):
    """Where the kernel has the limit of a process, in version 2 or 1."""
    with open(f"/proc/{pid}/cgroup") as file:
        places = [line.rstrip("\n").split(":", 2) for line in file]
    with open("/proc/mounts") as file:
        mounts = [line.split() for line in file]
    for _, controllers, path in places:
        if controller in controllers.split(","):
            mount = next(words[1] for words in mounts
                         if words[2] == "cgroup" and controller in words[3].split(","))
            return f"{mount}{path}/{old_name}"
    path = next(path for number, _, path in places if number == "0")
    mount = next(words[1] for words in mounts if words[2] == "cgroup2")
    return f"{mount}{path}/{name}"


def read(path):
    with open(path) as file:
        return file.read().split()


def start_limited(app, *options):
    """Skips where this machine lets nobody limit anything."""
    app.start(*options)
    row = wait_for("a launch or its failure", lambda: next(
        (row for row in app.rows() if row["state"] in ("up", "crashed", "failed")), None))
    if row["state"] == "crashed" and "Failed to start: limit " in "\n".join(app.logs()):
        app.end()
        pytest.skip(f"no limits may be set here: {row['note']}")


@root
def test_a_command_of_ready_is_the_same_user(app):
    app.home.path.chmod(0o755)
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\nuser = 'nobody'\nready = 'exec:test $(id -un) = nobody'\n"
              "boot_timeout = '10s'\n")
    app.start()
    app.wait_state("alpha.1", "up")


@root
def test_a_user_with_all_its_groups(app):
    app.home.path.chmod(0o755)
    app.procfile(alpha="echo $(id -u) $(id -g) $(id -G) $USER $HOME > /dev/stdout; " + STAYS,
                 beta="echo $(id -u) $(id -g) $(id -G); " + STAYS,
                 gamma="echo $(id -u) $(id -g); " + STAYS)
    app.write("muster.toml", "[alpha]\nuser = 'nobody'\nenv.HOME = '/mine'\n"
              "[beta]\nuser = '4711'\ngroup = '4712'\n[gamma]\ngroup = 'nogroup'\n")
    app.start()
    app.wait_log(f"app[alpha.1]: {NOBODY} {NOBODY} {NOBODY} nobody /mine")
    app.wait_log("app[beta.1]: 4711 4712 4712")
    app.wait_log(f"app[gamma.1]: 0 {NOBODY}")
    assert proc.status(app.pid("alpha.1"), "Uid").split() == [str(NOBODY)] * 4
    app.kill_supervisor()
    app.ok("restart", "alpha")
    app.wait_log(f"app[alpha.1]: {NOBODY} {NOBODY} {NOBODY} nobody /mine", count=2)


def test_nobody_of_that_name(app):
    app.procfile(alpha=STAYS, beta=STAYS, gamma=STAYS)
    app.write("muster.toml", "[alpha]\nuser = 'no-such-user'\n[beta]\ngroup = 'no-such-group'\n"
              "[gamma]\nuser = '4711'\n")
    app.start()
    for process, why in {"alpha.1": "user no-such-user: there is no such user",
                         "beta.1": "group no-such-group: there is no such group",
                         "gamma.1": "user 4711: there is no user with that number: name a group, "
                                    "too"}.items():
        app.wait_log(f"muster[{process}]: Failed to start: {why}")
        assert app.row(process)["note"].startswith(why)


@root
def test_who_is_not_root_becomes_nobody_else(app):
    app.who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    for place in (app.home.path, app.home.app):
        os.chown(place, NOBODY, NOBODY)
    app.procfile(alpha=STAYS, beta=STAYS, gamma=STAYS)
    app.write("muster.toml", "[alpha]\nuser = 'root'\n[beta]\nuser = 'nobody'\n"
              "[gamma]\noom_score = -500\n")
    app.start()
    app.wait_log("muster[alpha.1]: Failed to start: become user root: Operation not permitted")
    app.wait_log("muster[gamma.1]: Failed to start: set oom score: Permission denied")
    assert app.pid("beta.1")


def test_the_oom_score(app):
    app.procfile(alpha="cat /proc/self/oom_score_adj; " + STAYS)
    app.write("muster.toml", "[alpha]\noom_score = 250\n")
    app.start()
    app.wait_log("app[alpha.1]: 250")


def test_each_launch_has_its_limits_and_leaves_none(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.write("muster.toml", "[alpha]\nmemory = '64M'\ncpu = 0.5\npids = 20\n")
    start_limited(app, "-m", "alpha=2,beta=1")
    files = []
    for process in ("alpha.1", "alpha.2"):
        pid = app.pid(process)
        files += [limit_file(pid, "memory", "memory.max", "memory.limit_in_bytes"),
                  limit_file(pid, "cpu", "cpu.max", "cpu.cfs_quota_us"),
                  limit_file(pid, "pids", "pids.max", "pids.max")]
        memory, cpu, pids = files[-3:]
        assert read(memory) == [str(64 << 20)]
        assert read(cpu)[0] == "50000"
        assert read(pids) == ["20"]
    assert len(set(files)) == 6
    assert limit_file(app.pid("beta.1"), "pids", "pids.max", "pids.max") not in files
    app.kill_supervisor()
    app.ok("scale", "alpha=1")
    wait_for("alpha.2's to go", lambda: not any(map(os.path.exists, files[3:])))
    assert all(map(os.path.exists, files[:3]))
    app.stop()
    assert not any(map(os.path.exists, files))
    assert not [name for file in files for name in launch_cgroups.below(
        os.path.dirname(os.path.dirname(os.path.dirname(file)))) if app.home.path.name in name]


def test_without_a_cgroup_a_limited_launch_is_not_started(app):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", "[alpha]\npids = 100\n")
    app.start(env={"MUSTER_NO_CGROUP": "1"})
    app.wait_log("muster[alpha.1]: Failed to start: limit pids: there is no cgroup for it")
    assert app.row("alpha.1")["state"] == "crashed"


def test_who_wants_more_memory_is_ended_and_that_is_told_once(app):
    hog = f"{sys.executable} -c 'b = bytearray(512 << 20); b[::4096] = b[::4096]'"
    app.procfile(alpha=f"{hog}; echo it ended with $?; " + STAYS)
    app.write("muster.toml", "[alpha]\nmemory = '64M'\n")
    start_limited(app)
    told = "muster[alpha.1]: Error R15 (Memory quota vastly exceeded) -> The kernel has ended " \
           "1 process with SIGKILL"
    app.wait_log("app[alpha.1]: it ended with 137")
    app.wait_log(told)
    app.kill_supervisor()
    app.ok("stop", "alpha")
    assert app.logs().count(told) == 1


def test_that_is_told_too_of_who_is_ended_whole(app):
    app.write("hog.py", "b = bytearray(512 << 20); b[::4096] = b[::4096]\n")
    app.procfile(alpha=f"{sys.executable} hog.py")
    app.write("muster.toml", "[alpha]\nmemory = '64M'\nrestart = 'never'\n")
    start_limited(app)
    told = "Error R15 (Memory quota vastly exceeded) -> The kernel has ended "
    app.wait_state("alpha.1", "failed")
    assert told in "\n".join(app.logs("-p", "alpha.1", "-s", "muster"))
    assert app.ctl("run", "--shared", "--memory", "64M", sys.executable, "hog.py").returncode == 137
    assert told in "\n".join(app.logs("-p", "run.1", "-s", "muster"))


def test_ps_shows_what_is_used(app):
    app.procfile(alpha=f"exec {sys.executable} -c 'b = bytearray(64 << 20); b[::4096] = b[::4096]; "
                 "print(\"filled\", flush=True); input()' < gate", beta="echo; " + STAYS)
    gate = app.gate("gate")
    app.start("-m", "alpha=1,beta=0")
    with gate.writer():
        app.wait_log("app[alpha.1]: filled")
        row = app.row("alpha.1")
        assert 64 << 20 < row["memory"] < 256 << 20
        assert 0 < row["cpu"] < 60
        lines = app.ok("ps", "--usage").splitlines()
        assert lines[0].split() == ["Process", "State", "CPU", "Memory", "Restarts", "Command"]
        assert "MiB" in lines[2] and len(lines) == 3
