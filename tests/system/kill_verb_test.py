"""ctl kill sends a signal to the tree of a process; what ends of it has ended by itself."""

import pytest

TELLS = """trap 'echo hup' HUP
trap 'echo usr1' USR1
echo ready
while :; do tail -f /dev/null & wait; done
"""


@pytest.fixture
def running(app):
    app.write("tells.sh", TELLS)
    app.procfile(alpha="sh tells.sh", bravo="exec tail -f /dev/null")
    app.start("-m", "alpha=2,bravo=1")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "bravo.1": "up"})
    for process in ("alpha.1", "alpha.2"):
        app.wait_log(f"app[{process}]: ready")
    return app


def test_a_signal_reaches_all_of_a_type(running):
    assert running.ok("kill", "-s", "USR1", "alpha") == \
        "Sending SIGUSR1 to alpha processes... done\n"
    for process in ("alpha.1", "alpha.2"):
        running.wait_log(f"app[{process}]: usr1")
    assert any(line.startswith("muster[api]: Send SIGUSR1 to alpha by ")
               for line in running.logs("-s", "muster"))


@pytest.mark.parametrize("name", ["HUP", "SIGHUP", "hup", "1"])
def test_a_signal_has_several_names(running, name):
    running.ok("kill", "-s", name, "alpha.1")
    lines = running.wait_log("app[alpha.1]: hup")
    assert "app[alpha.2]: hup" not in lines


@pytest.mark.parametrize("name", ["KILL", "9"])
def test_also_one_that_cannot_be_caught(running, name):
    running.ok("kill", "-s", name, "bravo.1")
    running.wait_log("muster[bravo.1]: Process exited with status 137")


def test_who_ends_of_it_has_crashed_and_is_started_again(running):
    before = running.pid("bravo.1")
    assert running.ok("kill", "bravo.1") == "Sending SIGTERM to bravo.1 process... done\n"
    running.replaced("bravo.1", before)
    assert "muster[bravo.1]: Process exited with status 143" in running.logs("-n", 1000)


def test_what_does_not_run_cannot_be_signalled(running):
    running.ok("stop", "bravo.1")
    assert "nothing of bravo runs now" in running.refused("kill", "bravo")


def test_errors(running):
    running.refused("kill", status=2)
    assert "'FROB' is not a signal" in running.refused("kill", "-s", "FROB", "alpha", status=2)
    running.refused("kill", "-s", "0", "alpha", status=2)
    assert "zookeeper" in running.refused("kill", "zookeeper")


def test_a_nine_is_enough(running):
    assert running.ok("kill", "-9", "bravo.1") == "Sending SIGKILL to bravo.1 process... done\n"
    running.wait_log("muster[bravo.1]: Process exited with status 137")
