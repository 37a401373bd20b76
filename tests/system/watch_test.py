"""muster.toml: watch. A type is restarted when its files change, as git sees them."""

import os
import shutil
import subprocess

import pytest
from daemon import STAYS
from programs import need
from waiting import wait_for


def logged(app, part):
    return wait_for(f"{part!r} in the log",
                    lambda: any(part in line for line in app.logs("-n", "1000")))


def restarts(app, process="alpha.1"):
    return app.row(process)["restarts"]


@pytest.fixture
def watching(app):
    app.write("src/a.js", "1")
    app.write("src/deep/b.js", "1")
    app.write("config.yml", "a")
    app.write("muster.toml", "[alpha]\nwatch = ['src', 'config.yml']\n")
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    return app


def restarted(app, why, change):
    """The change restarts alpha, once, and bravo not at all."""
    pid, before, other = app.pid("alpha.1"), restarts(app), app.pid("bravo.1")
    change()
    app.replaced("alpha.1", pid)
    logged(app, f"muster[api]: Restart alpha: {why}")
    assert restarts(app) == before + 1 and app.pid("bravo.1") == other


def test_each_way_in_which_a_file_changes(watching):
    app, src = watching, watching.directory / "src"
    restarted(app, "src/a.js changed", lambda: app.write("src/a.js", "2"))
    restarted(app, "src/deep/b.js changed", lambda: app.write("src/deep/b.js", "2"))
    restarted(app, "src/new.js changed", lambda: app.write("src/new.js", ""))
    restarted(app, "src/new.js changed", (src / "new.js").unlink)
    restarted(app, "src/a.js changed",
              lambda: os.replace(app.write("elsewhere", "3"), src / "a.js"))
    restarted(app, "config.yml changed",
              lambda: os.replace(app.write("config.next", "b"), app.directory / "config.yml"))
    restarted(app, "src/made", lambda: app.write("src/made/far/c.js", "1"))
    restarted(app, "src/made/far/c.js changed", lambda: app.write("src/made/far/c.js", "2"))
    restarted(app, "src/made and 1 more changed", lambda: (src / "made").rename(src / "moved"))
    restarted(app, "src/moved/far/c.js changed", lambda: app.write("src/moved/far/c.js", "3"))


def test_many_changes_at_once_are_one_restart(watching):
    def change():
        for number in range(50):
            watching.write(f"src/many/{number}.js", "x")
    restarted(watching, "src/many", change)


def test_what_git_ignores_is_left_alone(app):
    app.write(".gitignore", "*.log\n/src/dist/\n!src/keep.log\n")
    app.write("src/deep/.gitignore", "own\n")
    app.write("src/a.js", "1")
    app.write("src/dist/out.js", "1")
    app.write("muster.toml", "[alpha]\nwatch = ['src']\n")
    app.procfile(alpha=STAYS)
    app.start()
    pid = app.pid("alpha.1")
    for name in ("src/x.log", "src/dist/out.js", "src/deep/own", "src/.git/index", "src/a.js~",
                 "src/node_modules/x/index.js", "src/.a.js.swp", "other.js"):
        app.write(name, "2")
    # It comes behind all of these, and would be told together with them.
    app.write("src/keep.log", "1")
    app.replaced("alpha.1", pid)
    app.wait_log("muster[api]: Restart alpha: src/keep.log changed")
    # A rule that is new counts at once.
    pid = app.pid("alpha.1")
    app.write("src/.gitignore", "late.js\n")
    app.replaced("alpha.1", pid)
    pid = app.pid("alpha.1")
    app.write("src/late.js", "1")
    app.write("src/z.js", "1")
    app.replaced("alpha.1", pid)
    app.wait_log("muster[api]: Restart alpha: src/z.js changed")


def test_it_is_off_unless_said_and_follows_a_reload(app):
    app.write("src/a.js", "1")
    app.procfile(alpha=STAYS)
    app.start()
    pid = app.pid("alpha.1")
    app.write("src/a.js", "2")
    app.write("muster.toml", "[alpha]\nwatch = ['src']\n")
    app.ok("reload")
    assert app.pid("alpha.1") == pid
    app.write("src/a.js", "3")
    app.replaced("alpha.1", pid)
    app.write("muster.toml", "")
    app.ok("reload")
    assert "Restart alpha" in "\n".join(app.logs())


def test_it_survives_a_killed_supervisor(watching):
    pid = watching.pid("alpha.1")
    watching.kill_supervisor()
    wait_for("the next supervisor", lambda: watching.ctl("status").returncode == 0)
    assert watching.pid("alpha.1") == pid
    restarted(watching, "src/a.js changed", lambda: watching.write("src/a.js", "2"))


@pytest.mark.parametrize("change", [
    lambda app: app.write("src/a.js", "22"),
    lambda app: app.write("src/new/c.js", "1"),
    lambda app: (app.directory / "src/deep/b.js").unlink(),
    lambda app: os.replace(app.write("config.next", "b"), app.directory / "config.yml")])
def test_a_change_that_a_killed_supervisor_has_not_acted_on(watching, change):
    """It is acted on a moment after the change, and the supervisor dies in that moment."""
    app = watching
    pid, before, other = app.pid("alpha.1"), restarts(app), app.pid("bravo.1")
    supervisor = app.pid_of_supervisor()
    change(app)
    app.kill_supervisor()
    app.successor(supervisor)
    app.replaced("alpha.1", pid)
    wait_for("the restart", lambda: restarts(app) == before + 1)
    # The next one has nothing more to act on.
    pid, supervisor = app.pid("alpha.1"), app.pid_of_supervisor()
    app.kill_supervisor()
    app.successor(supervisor)
    restarted(app, "src/deep/z.js changed", lambda: app.write("src/deep/z.js", "1"))
    assert app.pid("bravo.1") == other


def test_a_change_while_nothing_runs_restarts_nothing(watching):
    watching.stop()
    watching.write("src/a.js", "other")
    watching.start()
    watching.wait_states({"alpha.1": "up", "bravo.1": "up"})
    restarted(watching, "src/deep/b.js changed", lambda: watching.write("src/deep/b.js", "2"))


def test_a_directory_that_is_removed_and_made_again(watching):
    src = watching.directory / "src"

    def change():
        shutil.rmtree(src)
        watching.write("src/a.js", "again")
    restarted(watching, "src", change)
    restarted(watching, "src/a.js changed", lambda: watching.write("src/a.js", "more"))
    restarted(watching, "src", lambda: shutil.rmtree(src))
    restarted(watching, "src", lambda: watching.write("src/late/a.js", "1"))
    restarted(watching, "src/late/a.js changed", lambda: watching.write("src/late/a.js", "2"))


def test_links_are_followed_where_they_are_named(app):
    app.write("there/one/a.js", "1")
    app.write("there/two/a.js", "1")
    shared = app.write("there/shared.yml", "1")
    (app.directory / "src").symlink_to("there/one")
    (app.directory / "config.yml").symlink_to("there/shared.yml")
    app.write("muster.toml", "[alpha]\nwatch = ['src/', './config.yml']\n")
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    restarted(app, "there/one/a.js changed", lambda: app.write("there/one/a.js", "2"))
    restarted(app, "there/shared.yml changed",
              lambda: os.replace(app.write("there/next", "2"), shared))
    (app.directory / "next").symlink_to("there/two")
    restarted(app, "there/one changed",
              lambda: os.replace(app.directory / "next", app.directory / "src"))
    restarted(app, "there/two/a.js changed", lambda: app.write("there/two/a.js", "2"))


def test_releases_behind_a_link_that_flips(app):
    for name in ("one", "two"):
        place = app.home.path / name
        (place / "src").mkdir(parents=True)
        (place / "src/a.js").write_text(name)
        (place / "Procfile").write_text(f"alpha: {STAYS}\nbravo: {STAYS}\n")
        (place / "muster.toml").write_text("[alpha]\nwatch = ['src']\n")
    app.directory.rmdir()
    app.directory.symlink_to("one")
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    restarted(app, "src/a.js changed", lambda: app.write("src/a.js", "2"))

    def flip():
        (app.home.path / "next").symlink_to("two")
        os.replace(app.home.path / "next", app.directory)
    restarted(app, "", flip)
    assert os.readlink(f"/proc/{app.pid('alpha.1')}/cwd") == str(app.home.path / "two")
    restarted(app, "src/new.js changed", lambda: app.write("src/new.js", "2"))


def test_rules_above_what_is_watched_and_rules_that_take_back(app):
    app.write(".gitignore", "node_modules/\nlogs/*\n!logs/keep/\n")
    for name in ("logs/a.txt", "logs/keep/b.txt", "node_modules/x/index.js", "a.js"):
        app.write(name, "1")
    app.write("muster.toml", "[alpha]\nwatch = ['.']\n")
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    for name in ("logs/a.txt", "logs/new.txt", "node_modules/x/index.js"):
        app.write(name, "2")
    restarted(app, "logs/keep/b.txt changed", lambda: app.write("logs/keep/b.txt", "2"))
    app.write("muster.toml", "[alpha]\nwatch = ['logs/keep']\n")
    app.ok("reload")
    # They count from then on, and are no sources themselves.
    app.write(".gitignore", "b.txt\n")
    wait_for("the new rules", lambda: rules_are_read(app))
    restarted(app, "logs/keep/c.txt changed", lambda: app.write("logs/keep/c.txt", "2"))


def rules_are_read(app):
    """Both changes would be told together if that of b.txt were not ignored."""
    pid = app.pid("alpha.1")
    app.write("logs/keep/b.txt", "x")
    app.write("logs/keep/z.txt", "x")
    app.replaced("alpha.1", pid)
    return any("Restart alpha: logs/keep/z.txt changed" in line for line in app.logs())


def test_a_directory_that_goes_and_comes_back(watching):
    src = watching.directory / "src"
    restarted(watching, "src", lambda: src.rename(watching.directory / "away"))
    restarted(watching, "src", lambda: (watching.directory / "away").rename(src))
    restarted(watching, "src/a.js changed", lambda: watching.write("src/a.js", "9"))


def test_a_git_checkout_restarts_once(watching):
    def git(*words):
        subprocess.run(["git", *words], cwd=watching.directory, check=True, capture_output=True,
                       env={**watching.home.environment, "GIT_CONFIG_GLOBAL": "/dev/null"})
    git("init", "-q", "-b", "main")
    git("config", "user.email", "a@b")
    git("config", "user.name", "a")
    git("add", "src")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "topic")
    restarted(watching, "src/a.js changed", lambda: watching.write("src/a.js", "topic"))
    git("commit", "-qam", "two")
    restarted(watching, "src/a.js changed", lambda: git("checkout", "-q", "main"))


def test_what_was_stopped_by_hand_stays_so(watching):
    watching.ok("stop", "alpha.1")
    watching.wait_state("alpha.1", "down")
    watching.write("src/a.js", "5")
    watching.ok("start", "alpha.1")
    watching.pid("alpha.1")


@pytest.mark.parametrize("call, error, told", [
    ("int inotify_init1(int flags)", "EMFILE", "max_user_instances"),
    ("int inotify_add_watch(int fd, const char *path, unsigned mask)", "ENOSPC",
     "max_user_watches")])
def test_a_limit_that_is_reached_is_warned_of(app, call, error, told):
    """The kernel's own limits are all users', so a library says that they are reached."""
    source, library = app.home.path / "limit.c", app.home.path / "limit.so"
    source.write_text(f"#include <errno.h>\n{call} {{ errno = {error}; return -1; }}\n")
    subprocess.run([need("gcc"), "-shared", "-fPIC", "-w", "-o", library, source], check=True)
    app.write("src/a.js", "1")
    app.write("muster.toml", "[alpha]\nwatch = ['src']\n")
    app.procfile(alpha=STAYS)
    app.start(env={"LD_PRELOAD": str(library)})
    told = f"not all of its files are watched: the limit fs.inotify.{told} is reached"
    logged(app, told)
    wait_for("the alarm", lambda: told in app.ok("status"))
    app.pid("alpha.1")
