"""The first start runs one of each type; afterwards the last wish is kept."""

import json

from daemon import STAYS


def test_the_wish_outlives_the_daemon(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    assert app.formation() == "alpha=1 bravo=1"
    app.ok("scale", "alpha=3", "bravo=0")
    assert app.stop() == 0
    app.start()
    assert app.formation() == "alpha=3 bravo=0"
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "alpha.3": "up"})


def test_an_option_overrides_it(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start("-m", "alpha=2")
    assert app.formation() == "alpha=2 bravo=0"
    app.stop()
    app.start("-m", "all=1,bravo=2")
    assert app.formation() == "alpha=1 bravo=2"


def test_numbers_of_records_go_on(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    app.stop()
    before = [record["seq"] for record in app.records()]
    app.start()
    app.pid("alpha.1")
    after = [record["seq"] for record in app.records("-n", "1000")]
    assert after[:len(before)] == before
    assert after == sorted(after)
    assert json.loads(app.ok("status", "--json"))["seq"] >= after[-1] > before[-1]


def test_types_that_left_are_dropped_and_new_ones_start_with_one_in_the_foreground(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.ok("scale", "alpha=2")
    app.stop()
    app.procfile(alpha=STAYS, charlie=STAYS, delta=STAYS,
                 release="true")
    app.write("muster.toml", "[delta]\ncron = '@daily'\n")
    app.start()
    assert app.formation() == "alpha=2 charlie=1 delta=0 release=0"
    app.wait_state("charlie.1", "up")


def test_a_type_that_was_scaled_to_nothing_is_not_new(app):
    app.procfile(alpha=STAYS, bravo=STAYS)
    app.start()
    app.ok("scale", "bravo=0")
    app.stop()
    app.start()
    assert app.formation() == "alpha=1 bravo=0"


def test_in_the_background_it_is_said_that_a_new_type_runs_no_process(app):
    app.procfile(alpha=STAYS)
    assert app.start_in_background().returncode == 0
    app.ok("shutdown")
    app.procfile(alpha=STAYS, css=STAYS, nightly="true")
    app.write("muster.toml", "[nightly]\ncron = '@daily'\n")
    done = app.start_in_background()
    assert done.returncode == 0
    assert done.stderr == "musterd: css is new and runs no process: ctl scale css=1\n"
    assert app.formation() == "alpha=1 css=0 nightly=0"
    app.ok("shutdown")


def test_a_damaged_formation_file_does_not_keep_the_daemon_down(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.stop()
    (app.home.state / "formation").write_bytes(b"\xff\x00garbage\n")
    app.start()
    assert app.formation() == "alpha=1"
