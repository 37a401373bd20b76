"""A killed daemon leaves nothing that keeps the next one from starting, and its journal stays."""

import proc
from waiting import wait_for


def test_the_next_daemon_goes_on_where_it_ended(app):
    app.procfile(alpha="seq 1000; echo end; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: end")
    app.ok("scale", "alpha=2")
    app.pid("alpha.2")
    last = app.records("-n", 1)[0]["seq"]
    app.kill_hard()
    for pid in app.home.processes:
        proc.kill(pid)
    wait_for("the old processes to end", lambda: not app.home.processes)
    numbers = [line.split(": ")[1] for line in app.logs("-n", 1002, "-p", "alpha.1", "-s", "app")]
    assert numbers[-1001:-1] == [str(n) for n in range(1, 1001)]
    app.start()
    assert app.formation() == "alpha=2"
    app.pid("alpha.2")
    seqs = [record["seq"] for record in app.records("-n", 10_000)]
    assert seqs == sorted(seqs) and seqs[-1] > last


def test_ctl_does_not_hang_on_what_it_left(app):
    app.procfile(alpha="exec sleep 1000")
    app.start()
    app.pid("alpha.1")
    app.kill_hard()
    for pid in app.home.processes:
        proc.kill(pid)
    app.refused("ps", status=3, timeout=10)
