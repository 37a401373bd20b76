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


@pytest.fixture
def prefix():
    with tempfile.TemporaryDirectory(prefix="m", dir="/tmp") as place:
        # Given to somebody else by root, its programs would be another's.
        os.chmod(place, 0o755)
        done = subprocess.run(["cmake", "--install", str(TREE), "--prefix", place],
                              capture_output=True, text=True, timeout=2 * PATIENCE)
        assert done.returncode == 0, done.stderr
        yield Path(place)


def test_what_is_installed_is_stripped_and_whole(prefix):
    for name in ("musterd", "ctl", "muster-exec", "muster-keeper"):
        program = (prefix / "bin" / name).read_bytes()
        assert b".debug_info" not in program, name
    for name in ("man/man1/ctl.1", "man/man5/muster.toml.5", "man/man8/musterd.8",
                 "bash-completion/completions/ctl", "zsh/site-functions/_ctl",
                 "fish/vendor_completions.d/ctl.fish"):
        assert (prefix / "share" / name).stat().st_size > 0, name


def test_installed_programs_find_each_other(app, prefix):
    app.procfile(alpha=STAYS)
    command = app.command
    app.command = lambda *options: [str(prefix / "bin" / "musterd"), *command(*options)[1:]]
    app.start()
    app.pid("alpha.1")
    keeper = app.status()["keeper_pid"]
    assert os.readlink(f"/proc/{keeper}/exe") == str(prefix / "bin" / "muster-keeper")
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
