"""A commit that is pushed may be an enemy's, and is looked at before it is believed."""

import subprocess

import pytest
from deploy_test import Work, created, served


@pytest.fixture
def work(app):
    app.home.environment["PORT"] = str(app.home.port)
    work = Work(app)
    yield work
    app.ctl("shutdown")


def test_a_link_out_of_the_checkout_is_not_followed(work):
    created(work).commit("one")
    work.pushed()
    secret = work.app.home.path / "secret"
    secret.write_text("web: echo stolen\n")
    for name in ("Procfile", "muster.toml", ".env"):
        path = work.app.directory / name
        kept = path.read_text() if path.exists() else None
        path.unlink(missing_ok=True)
        path.symlink_to(secret)
        work.git("add", "-A", "-f")
        assert work.git("commit", "-q", "-m", name).returncode == 0
        status, lines = work.push()
        assert status != 0
        assert any("is a link that leads out of its directory" in line for line in lines), lines
        assert not any("stolen" in line for line in lines)
        path.unlink()
        if kept is not None:
            path.write_text(kept)
    assert work.app.formation() == "web=1 worker=0" and served(work.app) == "one"
    (work.app.directory / "files").mkdir()
    (work.app.directory / "Procfile").rename(work.app.directory / "files" / "Procfile")
    (work.app.directory / "Procfile").symlink_to("files/Procfile")
    work.git("add", "-A", "-f")
    assert work.git("commit", "-q", "-m", "inside").returncode == 0
    assert "-----> Launching... done, v2" in work.pushed()


def test_objects_that_git_would_not_make_are_refused(work):
    created(work).commit("one")
    tree = work.git("rev-parse", "HEAD^{tree}").stdout.strip()
    broken = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"], text=True,
        input=f"tree {tree}\nauthor a <a@b> 0 +0000\ncommitter no address\n\nbroken\n",
        cwd=work.app.directory, env=work.env, capture_output=True, check=True).stdout.strip()
    status, lines = work.push(f"{broken}:refs/heads/main")
    assert status != 0 and any("fsck" in line or "unpack" in line for line in lines), lines
    work.app.refused("ps", status=3)
