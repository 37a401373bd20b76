"""Bytes that end the supervisor whenever it reads them: after three deaths they are set aside."""

import pytest

from daemon import COUNTING, assert_counts, wait_for_more_lines
from home import BIN
from waiting import wait_for

pytestmark = [pytest.mark.asan,
              pytest.mark.skipif(b"MUSTER_POISON" not in (BIN / "musterd").read_bytes(),
                                 reason="only builds with the sanitizers make this mistake")]


@pytest.mark.row("A11")
def test_poison_is_set_aside_and_the_rest_goes_on(app):
    gate = app.gate("gate")
    app.procfile(alpha=COUNTING,
                 beta="echo before; read x < gate; echo the poison; read x < gate; echo after; "
                      "exec tail -f /dev/null")
    app.start(env={"MUSTER_POISON": "the poison"})
    app.wait_log("app[beta.1]: before", "-p", "beta.1")
    pids = {name: app.pid(name) for name in ("alpha.1", "beta.1")}
    wait_for_more_lines(app)
    first = app.pid_of_supervisor()
    gate.open()
    notice = wait_for("a notice", lambda: [line for line in app.logs("-n", "20", "-s", "muster")
                                           if "of beta.1 ended the daemon 3 times" in line])
    assert app.pid_of_supervisor() != first
    [kept] = (app.home.state / "poison").iterdir()
    assert str(kept) in notice[0]
    assert kept.read_bytes() == b"the poison\n"
    gate.open()
    app.wait_log("app[beta.1]: after", "-p", "beta.1")
    assert {name: app.pid(name) for name in pids} == pids
    app.ok("stop", "alpha")
    assert_counts(app, "alpha.1")
