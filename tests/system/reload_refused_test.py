"""A reload to what this machine cannot start is refused, what runs stays as it is, and ctl check
knows it before."""

import pytest
from daemon import STAYS


@pytest.fixture
def running(app):
    app.home.environment["MUSTER_NO_CGROUP"] = "1"  # in version 1 neither
    app.procfile(alpha=STAYS, bravo=STAYS)
    return app.start()


def refused(app, settings):
    pids = [app.pid("alpha.1"), app.pid("bravo.1")]
    app.write("muster.toml", settings)
    error = app.refused("reload")
    assert [app.pid("alpha.1"), app.pid("bravo.1")] == pids
    app.write("muster.toml", "")
    app.ok("reload")
    assert [app.pid("alpha.1"), app.pid("bravo.1")] == pids
    return error


def test_a_user_that_there_is_not(running):
    assert "[alpha] " in refused(running, "[alpha]\nuser = 'nobody-of-that-name'\n")


def test_a_change_beside_it_is_not_made_either(running):
    error = refused(running, "[bravo]\nnice = 3\n[alpha]\ngroup = 'no-such-group'\n")
    assert "no-such-group" in error


@pytest.mark.parametrize("table, key, value", [
    ("alpha", "memory", "'100M'"), ("alpha", "cpu", "0.5"), ("bravo", "pids", "100"),
    ("run", "memory", "'100M'")])
def test_a_limit_without_cgroups(running, table, key, value):
    told = f"muster.toml: [{table}] limit {key}: there is no cgroup for it"
    running.write("muster.toml", f"[{table}]\n{key} = {value}\n")
    checked = running.ctl("check")
    assert (checked.returncode, checked.stderr) == (0, f"warning: {told}\n")
    assert told in running.refused("check", "--strict")
    assert told in refused(running, f"[{table}]\n{key} = {value}\n")


def test_check_says_nothing_where_there_are_cgroups(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.write("muster.toml", "[alpha]\nmemory = '100M'\n")
    could = app.ctl("reload").returncode == 0
    assert ("limit memory" not in app.ctl("check").stderr) == could


def test_those_that_are_in_force_already_are_no_reason(app):
    app.home.environment["MUSTER_NO_CGROUP"] = "1"
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.write("muster.toml", "[alpha]\npids = 100\n")
    app.start()
    app.wait_log("muster[alpha.1]: Failed to start: limit pids: there is no cgroup for it")
    app.write("muster.toml", "[alpha]\npids = 100\n[bravo]\nnice = 1\n")
    assert "bravo: nice changed" in app.ok("reload")
