"""musterd -d returns when the daemon answers, or says why it does not."""

import pytest


@pytest.mark.asan
def test_success_means_that_ctl_works_at_once(app):
    app.procfile(worker="exec sleep 1000")
    done = app.start_in_background()
    assert done.returncode == 0, done.stderr
    assert "worker" in app.ok("ps")
    app.ok("shutdown")


def test_a_procfile_without_types(app):
    app.write("Procfile", "nothing useful\n")
    done = app.start_in_background()
    assert done.returncode == 1
    assert "Procfile" in done.stderr
    assert app.home.processes == []


def test_no_procfile(app):
    done = app.start_in_background()
    assert done.returncode == 1
    assert "Procfile" in done.stderr


@pytest.mark.row("A17")
def test_a_second_daemon_names_the_first_and_leaves_it_alone(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    pid = app.pid("worker.1")
    done = app.start_in_background()
    assert done.returncode == 1
    assert str(app.pid_of_daemon()) in done.stderr
    assert app.pid("worker.1") == pid


def test_a_directory_that_is_not_there(app):
    app.directory.rmdir()
    app.directory = app.home.path / "nowhere"
    done = app.start_in_background()
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    app.directory = app.home.path
