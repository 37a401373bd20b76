"""ctl restart goes through a type one process after the other, and stops at one that crashes."""

from daemon import STAYS


def start(app, command, settings):
    app.procfile(alpha=command)
    app.write("muster.toml", settings)
    app.start("-m", "alpha=3")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "alpha.3": "up"})
    return {row["process"]: row["pid"] for row in app.rows()}


def assert_one_at_a_time(app, restarted):
    """By the log: nobody was told to end before the one before it was up again."""
    away = set()
    seen = []
    for event in app.records("-n", "100000", "-s", "muster"):
        if event["line"] == "State changed from up to stopping":
            assert not away, f"{event['process']} beside {away}"
            away.add(event["process"])
            seen.append(event["process"])
        elif event["line"] == "State changed from starting to up":
            away.discard(event["process"])
    assert seen == restarted


def test_one_after_the_other(app):
    before = start(app, STAYS, "[alpha]\nready = 'delay:200ms'\n")
    app.ok("restart", "alpha")
    for process, pid in before.items():
        app.replaced(process, pid)
    assert_one_at_a_time(app, ["alpha.1", "alpha.2", "alpha.3"])


def test_a_new_one_that_crashes_ends_it(app):
    before = start(app, f"[ -f broken ] && exit 1; {STAYS}", "[alpha]\nready = 'delay:200ms'\n")
    app.write("broken", "")
    app.refused("restart", "alpha")
    lines = app.wait_log("muster[api]: Restart stopped: alpha.1 did not come up. "
                         "As before: alpha.2, alpha.3")
    assert "muster[alpha.1]: Process exited with status 1" in lines
    assert app.row("alpha.2")["pid"] == before["alpha.2"]
    assert app.row("alpha.3")["pid"] == before["alpha.3"]


def test_a_successor_goes_on_with_it(app):
    before = start(app, STAYS, "[alpha]\nready = 'delay:1s'\n")
    restart = app.begin("restart", "alpha")
    app.wait_state("alpha.1", "starting")
    app.kill_supervisor()
    for process, pid in before.items():
        app.replaced(process, pid)
    assert_one_at_a_time(app, ["alpha.1", "alpha.2", "alpha.3"])
    restart.kill()
    restart.communicate()
