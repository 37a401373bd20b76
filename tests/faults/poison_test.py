"""Bytes that end the supervisor whenever it reads them: after three deaths they are set aside."""

import pytest

from home import BIN
from waiting import wait_for

pytestmark = [pytest.mark.asan,
              pytest.mark.skipif(b"MUSTER_POISON" not in (BIN / "musterd").read_bytes(),
                                 reason="only builds with the sanitizers make this mistake")]


@pytest.mark.row("A11")
def test_poison_is_set_aside_and_the_rest_goes_on(app):
    gate, other = app.gate("gate"), app.gate("other")
    app.procfile(alpha="echo one; read x < other; echo two; exec tail -f /dev/null",
                 beta="echo before; read x < gate; echo the poison; read x < gate; echo after; "
                      "exec tail -f /dev/null")
    app.start(env={"MUSTER_POISON": "the poison"})
    app.wait_log("app[alpha.1]: one")
    app.wait_log("app[beta.1]: before")
    pids = {name: app.pid(name) for name in ("alpha.1", "beta.1")}
    first = app.pid_of_supervisor()
    gate.open()
    kept = wait_for("the poison to be set aside", lambda: list(app.home.state.glob("poison/*")),
                    deadline=120)
    app.successor(first)
    notice = next(line for line in app.logs("-s", "muster")
                  if "of beta.1 ended the daemon 3 times" in line)
    assert len(kept) == 1 and str(kept[0]) in notice
    assert kept[0].read_bytes() == b"the poison\n"
    app.kill_supervisor()
    told = app.logs("-n", 1000, "-s", "muster")
    assert told.count(notice) == 2 and not [line for line in told if "dropped" in line]
    gate.open()
    other.open()
    app.wait_log("app[beta.1]: after")
    app.wait_log("app[alpha.1]: two")
    assert {name: app.pid(name) for name in pids} == pids
