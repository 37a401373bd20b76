"""Apps that /etc/muster/APP.toml speaks of: root and the app's user find the daemon with no
variable set, and the unit of systemd is made after the same file."""

import json
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from daemon import STAYS
from home import BIN, REPOSITORY
from programs import need
from waiting import PATIENCE, wait_for

NOBODY = 65534
# No other test has a file there, and another run of this one has another name.
APP = f"machine-{os.getpid()}"
FILE = f"/etc/muster/{APP}.toml"


def program(*words, user=None, cwd="/", **variables):
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    env = {"PATH": os.environ["PATH"], "HOME": "/", **variables}
    return subprocess.run([*map(str, words)], capture_output=True, text=True, cwd=cwd, check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE, env=env, **as_user)


class MachineApp:
    """Its programs are where every user may run them."""

    def __init__(self, place):
        self.place = place
        self.programs, self.home, self.site = (f"{place}/{name}"
                                               for name in ("bin", "home", "site"))
        os.chmod(place, 0o755)
        for path in (self.programs, self.home, self.site):
            os.mkdir(path)
        for name in ("musterd", "muster-keeper", "muster-exec", "ctl"):
            shutil.copy2(BIN / name, self.programs)
        with open(f"{self.site}/Procfile", "w", encoding="ascii") as file:
            file.write(f"job: {STAYS}\n")
        os.chown(self.home, NOBODY, NOBODY)

    def say(self, text):
        with open(FILE, "w", encoding="utf-8") as file:
            file.write(text)

    def ctl(self, *words, **how):
        return program(f"{self.programs}/ctl", *words, **how)

    def start(self):
        """As the unit does."""
        done = program(f"{self.programs}/musterd", "-d", "--app", APP, self.site, user=NOBODY,
                       MUSTER_HOME=self.home)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def app():
    if os.geteuid() != 0:
        pytest.skip("only root may say what apps the machine has")
    place = tempfile.mkdtemp(prefix="m", dir="/tmp")
    os.makedirs("/etc/muster", exist_ok=True)
    try:
        one = MachineApp(place)
        one.say(f'directory = "{one.site}"\nuser = "nobody"\nhome = "{one.home}"\n'
                'options = ["--journal-size", "64M"]\n')
        yield one
        program(f"{one.programs}/ctl", "-a", APP, "shutdown", user=NOBODY, MUSTER_HOME=one.home)
    finally:
        if os.path.exists(FILE):
            os.remove(FILE)
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.parametrize("user", [None, NOBODY])
def test_root_and_its_user_steer_it_with_no_variable(app, user):
    app.start()
    done = app.ctl("-a", APP, "scale", "job=2", user=user)
    assert done.returncode == 0, done.stderr
    assert "job.2" in app.ctl("-a", APP, "ps", user=user).stdout
    assert "Scale to job=2" in app.ctl("-a", APP, "logs", "-n", "all", user=user).stdout
    # In its directory no name is needed.
    assert "job.2" in app.ctl("ps", cwd=app.site, user=user).stdout
    done = app.ctl("-a", APP, "run", "--", "id", "-u", user=user)
    assert done.stdout == f"{NOBODY}\n", done.stderr


def test_its_user_sees_it_among_the_apps_also_when_it_is_stopped(app):
    def state():
        rows = json.loads(app.ctl("apps", "--json", user=NOBODY).stdout)
        return next((row["state"] for row in rows if row["app"] == APP), None)

    assert state() is None
    app.start()
    wait_for("its row", lambda: state() == "running")
    assert app.ctl("-a", APP, "shutdown").returncode == 0
    assert state() == "stopped"
    done = app.ctl("-a", APP, "ps", user=NOBODY)
    assert done.returncode == 3 and "no daemon runs" in done.stderr


def test_another_user_is_told_whose_it_is(app):
    app.start()
    done = app.ctl("-a", APP, "ps", user=NOBODY - 1)
    assert done.returncode == 3 and "belongs to user nobody" in done.stderr


def test_a_variable_comes_before_the_file(app):
    app.start()
    done = app.ctl("-a", APP, "ps", user=NOBODY, MUSTER_HOME=f"{app.home}/other")
    assert done.returncode == 3


def test_the_file_of_the_page_is_taken(app):
    page = (REPOSITORY / "docs" / "production.md").read_text()
    app.say(re.search(r"^```toml etc/muster/shop.toml\n(.*?)^```$", page, re.M | re.S)[1])
    made = program(f"{app.programs}/musterd", "--units", app.place)
    with open(f"{app.place}/muster@{APP}.service.d/50-app.conf", encoding="utf-8") as file:
        assert "User=ann\n" in file.read(), made.stderr


@pytest.mark.parametrize("text, complaint", [
    ("user = nobody\n", ":1: "),
    ("\nusre = 'nobody'\n", ":2: usre: unknown key; did you mean 'user'?"),
    ("directory = 'srv'\n", ":1: directory: must be an absolute path"),
    ("options = '-d'\n", ":1: options: must be a list of words"),
    ("user = 'no-such-one'\n", ": there is no user 'no-such-one'"),
])
def test_a_file_that_cannot_be_taken_is_told_with_its_line(app, text, complaint):
    app.say(text)
    complaint = FILE + complaint
    done = app.ctl("-a", APP, "ps")
    assert done.returncode == 2 and complaint in done.stderr, done.stderr
    if "no-such" not in text:
        made = program(f"{app.programs}/musterd", "--units", f"{app.place}/units")
        assert made.returncode == 1 and complaint in made.stderr
        assert not os.path.exists(f"{app.place}/units/muster@{APP}.service.d")


def test_the_unit_is_made_after_it(app):
    units = f"{app.place}/units"
    os.mkdir(units)
    with open(FILE, encoding="utf-8") as file:
        app.say(file.read().replace("nobody", "daemon"))  # systemd warns of nobody
    made = program(f"{app.programs}/musterd", "--units", units)
    part = f"{units}/muster@{APP}.service.d/50-app.conf"
    assert os.path.exists(part), made.stderr
    with open(part, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert "User=daemon" in lines
    assert "StateDirectory=" in lines and f'Environment="MUSTER_HOME={app.home}"' in lines
    assert (f'ExecStart={app.programs}/musterd "{app.site}" --app {APP} --no-timestamp --no-color '
            '"--journal-size" "64M"') in lines
    need("systemd-analyze")
    unit = (REPOSITORY / "packaging" / "muster@.service").read_text()
    with open(f"{units}/muster@{APP}.service", "w", encoding="utf-8") as file:
        file.write(unit.replace("/usr/local/bin", app.programs))
    checked = program("systemd-analyze", "verify", "--man=no", f"{units}/muster@{APP}.service")
    assert APP not in checked.stderr, checked.stderr
