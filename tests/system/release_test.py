"""scripts/release: a tarball of what is committed, the same each time, and refused where versions
differ."""

import subprocess
import tarfile

import pytest

from home import REPOSITORY
from waiting import PATIENCE


def run(*words, cwd):
    return subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True,
                          check=False, timeout=2 * PATIENCE, stdin=subprocess.DEVNULL)


@pytest.fixture
def checkout(tmp_path):
    """The few files that it reads, in a repository of their own."""
    for name in ("scripts/release", "CMakeLists.txt", "proto/version.cc", "CHANGELOG.md",
                 "debian/changelog"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    (tmp_path / "scripts" / "release").chmod(0o755)
    (tmp_path / ".gitignore").write_text("build/\n")
    commit(tmp_path)
    return tmp_path


def commit(place):
    run("git", "init", "-q", cwd=place)
    run("git", "add", "-A", cwd=place)
    done = run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a",
               cwd=place)
    assert done.returncode == 0, done.stderr


def test_the_same_tarball_each_time(checkout):
    sums = []
    for _ in range(2):
        done = run("scripts/release", cwd=checkout)
        assert done.returncode == 0, done.stderr
        sums.append(done.stdout)
    assert sums[0] == sums[1] and "muster-" in sums[0]
    into = checkout / "build" / "release-files"
    assert run("sha256sum", "--check", "SHA256SUMS", cwd=into).returncode == 0
    tarball = next(into.glob("*.tar.gz"))
    with tarfile.open(tarball) as tar:
        assert f"{tarball.name[:-7]}/proto/version.cc" in tar.getnames()


def test_what_is_not_committed_is_refused(checkout):
    (checkout / "new").touch()
    done = run("scripts/release", cwd=checkout)
    assert done.returncode == 1 and "not committed" in done.stderr


@pytest.mark.parametrize("name", ["proto/version.cc", "CHANGELOG.md", "debian/changelog"])
def test_versions_that_differ_are_refused(checkout, name):
    (checkout / name).write_text("9.9.9\n")
    commit(checkout)
    done = run("scripts/release", cwd=checkout)
    assert done.returncode == 1 and name in done.stderr
