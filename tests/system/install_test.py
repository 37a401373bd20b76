"""What scripts/start has built can be installed as it is: programs without debugging information,
the manual page and the completions; and the installed programs find each other."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

import proc
from daemon import STAYS
from home import BIN, REPOSITORY
from waiting import PATIENCE

TREE = BIN.parent

pytestmark = pytest.mark.skipif(not (TREE / "cmake_install.cmake").exists(),
                                reason="the programs are not in the tree that built them")


def install(place):
    done = subprocess.run(["cmake", "--install", str(TREE), "--prefix", str(place)],
                          capture_output=True, text=True, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def prefix():
    with tempfile.TemporaryDirectory(prefix="m", dir="/tmp") as place:
        # Given to somebody else by root, its programs would be another's.
        os.chmod(place, 0o755)
        install(place)
        yield Path(place)


def test_what_is_installed_is_stripped_and_whole(prefix):
    assert sorted(os.listdir(prefix / "bin")) == ["ctl", "muster", "musterd"]
    for name in ("bin/musterd", "bin/ctl", "libexec/muster/muster-exec",
                 "libexec/muster/muster-keeper", "libexec/muster/muster-front",
                 "libexec/muster/muster-drain"):
        assert b".debug_info" not in (prefix / name).read_bytes(), name
    assert os.readlink(prefix / "bin" / "muster") == "ctl"
    for name in ("man/man1/ctl.1", "man/man1/muster.1", "man/man5/muster.toml.5",
                 "man/man7/muster-journal.7", "man/man8/musterd.8",
                 "bash-completion/completions/ctl", "bash-completion/completions/muster",
                 "zsh/site-functions/_ctl", "fish/vendor_completions.d/ctl.fish",
                 "fish/vendor_completions.d/muster.fish"):
        assert (prefix / "share" / name).stat().st_size > 0, name


def test_helpers_of_an_older_version_do_not_stay_beside_musterd(prefix):
    """They would be found first there."""
    stale = prefix / "bin" / "muster-exec"
    stale.write_text("older")
    install(prefix)
    assert not stale.exists()


def test_ctl_is_called_muster_as_well(app, prefix):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    for words in (["-a", "app", "ps"], ["--version"]):
        ours, other = (subprocess.run([prefix / "bin" / name, *words], capture_output=True,
                                      env=app.home.environment, timeout=PATIENCE)
                       for name in ("ctl", "muster"))
        assert other.returncode == ours.returncode == 0, other.stderr
    assert other.stdout == ours.stdout


@pytest.mark.parametrize("moved", [False, True])
def test_installed_programs_find_each_other(app, prefix, moved):
    app.procfile(alpha=STAYS)
    if moved:
        for name in ("bin", "libexec"):
            (prefix / "to" / name).parent.mkdir(exist_ok=True)
            (prefix / name).rename(prefix / "to" / name)
        prefix = prefix / "to"
    command = app.command
    app.command = lambda *options: [str(prefix / "bin" / "musterd"), *command(*options)[1:]]
    app.start()
    app.pid("alpha.1")
    keeper = app.status()["keeper_pid"]
    assert os.readlink(f"/proc/{keeper}/exe") == \
        str(prefix / "libexec" / "muster" / "muster-keeper")
    done = subprocess.run([str(prefix / "bin" / "muster"), "-a", "app", "upgrade"], text=True,
                          capture_output=True, timeout=PATIENCE, env=app.home.environment)
    assert done.returncode == 0, done.stderr
    assert proc.alive(keeper)


def test_a_checkout_that_was_moved_is_configured_anew(tmp_path):
    """Only that: the build itself is a stub."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "build"
    script.write_bytes((REPOSITORY / "scripts" / "build").read_bytes())
    script.chmod(0o755)
    tree = tmp_path / "build" / "release"
    tree.mkdir(parents=True)
    (tree / "build.ninja").touch()
    (tree / "CMakeCache.txt").write_text("CMAKE_HOME_DIRECTORY:INTERNAL=/somewhere/else\n")
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name in ("cmake", "ninja"):
        (stubs / name).write_text(f'#!/bin/sh\necho {name} "$@" >>"{tmp_path}/called"\n')
        (stubs / name).chmod(0o755)
    done = subprocess.run([str(script), "release", "ctl"], capture_output=True, text=True,
                          timeout=PATIENCE, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": f"{stubs}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    assert "moved" in done.stderr
    assert not (tree / "build.ninja").exists()
    # cmake says nothing in this script.
    assert (tmp_path / "called").read_text().splitlines()[-1] == \
        "ninja -C build/release --quiet ctl"
