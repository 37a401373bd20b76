"""muster.toml: needs. Who is launched when, and who ends when."""

from daemon import STAYS

SHOP = """[web]
ready = "none"
needs = ["db", "migrate:completed"]
[migrate]
needs = ["db"]
restart = "on-failure"
[db]
ready = "exec:test -e ready"
boot_timeout = "5m"
"""


def of_shop(app):
    app.procfile(web="echo serving; " + STAYS, migrate="echo migrating; read x < gate",
                 db="trap 'echo closed; exit' TERM; echo open; while :; do read x < never; done")
    app.gate("never")
    app.write("muster.toml", SHOP)
    return app.gate("gate")


def order_of(app, *lines):
    all_lines = app.logs("-n", 1000)
    return sorted(lines, key=all_lines.index)


def test_each_starts_when_what_it_needs_is_there(app):
    gate = of_shop(app)
    app.start()
    app.wait_log("app[db.1]: open")
    assert app.states() == {"db.1": "starting", "migrate.1": "waiting", "web.1": "waiting"}
    assert app.row("web.1")["note"] == "waits for db (0 of 1 up)"
    assert "web.1: waits for db (0 of 1 up)" in app.ctl("ps").stderr
    app.kill_supervisor()
    app.write("ready", "")
    app.wait_log("app[migrate.1]: migrating")
    app.wait_state("db.1", "up")
    assert app.row("web.1")["note"] == "waits for migrate (0 of 1 completed)"
    app.kill_supervisor()
    gate.open()
    app.wait_log("app[web.1]: serving")
    app.wait_states({"db.1": "up", "migrate.1": "complete", "web.1": "up"})
    told = ["app[db.1]: open", "app[migrate.1]: migrating", "app[web.1]: serving"]
    assert order_of(app, *told) == told


def test_each_ends_before_what_it_needs(app):
    gate = of_shop(app)
    app.procfile(web="trap 'read x < gate; echo done; exit' TERM; echo serving;"
                 " while :; do read x < never; done",
                 db="trap 'echo closed; exit' TERM; echo open; while :; do read x < never; done")
    app.write("muster.toml", "[web]\nneeds = ['db']\n")
    app.start("-t", 60)
    app.wait_log("app[web.1]: serving")
    with app.begin("shutdown") as shutdown:
        app.wait_log("muster[web.1]: Stopping all processes with SIGTERM")
        app.kill_supervisor()
        assert app.states() == {"db.1": "up", "web.1": "stopping"}
        gate.open()
        assert app.wait() == 0
        shutdown.communicate()
    lines = [line for line in app.output.splitlines() if "done" in line or "closed" in line]
    assert "done" in lines[0] and "closed" in lines[1]


def test_what_cannot_be_is_refused_with_its_place(app):
    app.procfile(web=STAYS, worker=STAYS, db=STAYS)
    app.write("muster.toml", "[web]\nneeds = ['worker']\n[worker]\nneeds = ['web:started']\n")
    circle = "muster.toml:2: needs: each waits for the next: web -> worker -> web"
    assert app.refused("check") == f"error: {circle}\n"
    app.start(wait=False)
    assert app.wait() == 1
    assert circle in app.errors
    app.write("muster.toml", "[web]\nneeds = ['dbb']\n")
    assert app.refused("check") == \
        "error: muster.toml:2: needs: the Procfile has no type 'dbb', did you mean 'db'?\n"
