"""ctl run in an app's directory of which no daemon runs, as `foreman run` does it."""

import subprocess

import pytest

from daemon import STAYS
from home import BIN


@pytest.fixture
def here(app):
    app.procfile(web='echo "web on $PORT as $PS with $1 $GREETING"', worker=STAYS)
    app.write(".env", "GREETING=hello\n")
    app.write("muster.toml", "[app]\nenv.DEPTH = '1'\n[web]\ndirectory = 'below'\n")
    (app.directory / "below").mkdir()
    return app


def run(app, *words, cwd=None):
    return subprocess.run([BIN / "ctl", "run", *words], cwd=cwd or app.directory, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, check=False,
                          env={**app.home.environment, "PORT": "7000"})


def test_it_has_the_env_and_a_port_and_runs_in_the_directory_itself(here):
    done = run(here, "sh", "-c", "echo $GREETING $DEPTH $PORT $PS $PYTHONUNBUFFERED; pwd; touch x")
    assert done.stdout.splitlines() == ["hello 1 7000 run.1 1", str(here.directory)]
    assert "no daemon runs here" in done.stderr and str(here.directory) in done.stderr
    assert done.returncode == 0 and (here.directory / "x").exists()


def test_a_type_stands_for_its_command_with_its_settings(here):
    done = run(here, "web", "words")
    assert done.stdout == "web on 7000 as run.1 with  hello words\n"
    assert f"{here.directory}/below" in done.stderr


def test_it_is_found_from_below_and_its_status_is_that_of_the_command(here):
    assert run(here, "sh", "-c", "exit 7", cwd=here.directory / "below").returncode == 7
    assert run(here, "sh", "-c", "kill -9 $$").returncode == -9
    missing = run(here, "no-such-program")
    assert missing.returncode == 127 and "no-such-program" in missing.stderr


def test_variables_are_on_top(here):
    done = run(here, "-e", "GREETING=x", "-e", "PORT=1", "--", "sh", "-c", "echo $GREETING $PORT")
    assert done.stdout == "x 1\n"


def test_what_only_a_daemon_can_do_is_refused(here):
    for option in ("-d", "--memory=1G", "--timeout=1s"):
        done = run(here, option, "true")
        assert done.returncode == 3 and "musterd -d" in done.stderr


def test_files_that_are_wrong_are_told(here):
    here.write("muster.toml", "[web]\ngracee = 1\n")
    done = run(here, "true")
    assert done.returncode == 1 and "muster.toml:2" in done.stderr


def test_who_names_an_app_means_its_daemon(here):
    assert here.ctl("run", "true").returncode == 3


def test_with_a_daemon_it_is_the_daemons(here):
    here.start()
    done = here.ctl("run", "--shared", "sh", "-c", "echo $PS")
    assert done.stdout == "run.1\n" and "no daemon" not in done.stderr
