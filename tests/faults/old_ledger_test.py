"""The ledger and the windows are damaged, or old copies of them put back, while no daemon runs or
under one: what lives is found all the same, what was told as done stays done, and it is told."""

import shutil

import pytest

import proc
from daemon import STAYS
from kills import kill_both, kill_supervisor
from waiting import wait_for


def cut_in_half(path, _):
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2])


def cut_off_a_byte(path, _):
    path.write_bytes(path.read_bytes()[:-1])


def zeroed(path, _):
    path.write_bytes(bytes(path.stat().st_size))


def flipped(path, _):
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data), 97):
        data[at] ^= 0x40
    path.write_bytes(bytes(data))


def emptied(path, _):
    path.write_bytes(b"")


def of_the_future(path, _):
    path.write_bytes(b"muster ledger 99 this-boot t 1\nwhatever")


def old_copy(path, old):
    shutil.copyfile(old, path)


DAMAGES = [cut_in_half, cut_off_a_byte, zeroed, flipped, emptied, of_the_future, old_copy]


def start(app):
    """shop has been scaled after the old copies were taken. Each prints what it is asked for."""
    app.procfile(shop="echo up; while read x < gate; do echo asked; done", idle=STAYS)
    gate = app.gate("gate")
    app.start("-m", "shop=1,idle=2")
    for name in "shop.1", "idle.1", "idle.2":
        app.pid(name)
    for place in app.home.runtime, app.home.state:
        shutil.copyfile(place / "ledger", app.home.path / f"old.{place.parent.name}")
    app.ok("scale", "shop=4", "idle=1")
    wait_for("idle.2 to go", lambda: "idle.2" not in app.states())
    names = [f"shop.{n}" for n in range(1, 5)] + ["idle.1"]
    return {name: app.pid(name) for name in names}, gate


def damage_all(app, damage, places):
    for place in places:
        damage(place / "ledger", app.home.path / f"old.{place.parent.name}")


def assert_all_is_well(app, before, gate):
    wait_for("those that were there, and no others",
             lambda: {row["process"]: row["pid"] for row in app.rows()} == before)
    for name, pid in before.items():
        assert [one for one in app.tree(name) if proc.command(one) == proc.command(pid)] == [pid]
    assert app.formation() == "idle=1 shop=4"
    asked = sum(line.endswith(": asked") for line in app.logs("-n", 1000))
    for _ in range(4):
        gate.open()
    wait_for("what they print", lambda: sum(
        line.endswith(": asked") for line in app.logs("-n", 1000)) == asked + 4)


@pytest.mark.row("A22")
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("damage", DAMAGES)
def test_while_no_daemon_runs(app, damage, both):
    before, gate = start(app)
    app.kill_hard()
    damage_all(app, damage, [app.home.runtime] + ([app.home.state] if both else []))
    if damage is of_the_future and both:
        app.start(wait=False)
        assert app.wait() == 1 and "newer muster" in app.errors
        damage_all(app, emptied, [app.home.runtime, app.home.state])
    app.start()
    assert_all_is_well(app, before, gate)
    if damage is not cut_off_a_byte or not both:
        assert "muster[files]" in "\n".join(app.logs("-n", 1000))


@pytest.mark.row("A22")
@pytest.mark.parametrize("damage", DAMAGES)
def test_under_a_daemon(app, damage):
    before, gate = start(app)
    damage_all(app, damage, [app.home.runtime, app.home.state])
    kill_supervisor(app)
    assert_all_is_well(app, before, gate)
    assert "muster[files]: The ledger" in "\n".join(app.logs("-n", 1000))
    kill_both(app)
    assert_all_is_well(app, before, gate)


@pytest.mark.row("A22")
def test_a_ledger_of_another_app_is_not_believed(app):
    before, gate = start(app)
    app.kill_hard()
    text = (app.home.runtime / "ledger").read_bytes()
    (app.home.runtime / "ledger").write_bytes(text[:40] + b"0" * 16 + text[56:])
    app.start()
    assert_all_is_well(app, before, gate)
