"""Loss is told when it happened and only then: to a tail with a filter beside a flood, over
retention and kills; and of a record that is damaged, wherever it lies."""

import re

import msgpack
import pytest
import zmq
from daemon import STAYS
from logs_follow_test import Tail
from waiting import wait_for

WRITER = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done"


def numbers_of(lines):
    found = (re.fullmatch(r".*app\[w\.1\]: (\d+)", line) for line in lines)
    return [int(match[1]) for match in found if match]


def replay(app, **fields):
    """Records, what was gone, and the end, of one replay."""
    control = zmq.Context.instance().socket(zmq.DEALER)
    control.linger = 0
    control.connect(f"ipc://{app.home.runtime}/control")
    control.send(msgpack.packb({"id": 1, "verb": "replay", "by": "test", "credit": 16, **fields}))
    records, gone = [], []
    try:
        while True:
            assert control.poll(20_000), "the daemon answers"
            head, *frames = control.recv_multipart()
            reply = msgpack.unpackb(head)
            if "gone" in reply:
                gone.append((reply["gone"], reply["loss"]))
            records += [msgpack.unpackb(payload) for payload in frames[1::2]]
            if reply["reply"] != "replay_records":
                return records, gone, reply
            control.send(msgpack.packb({"id": 1, "verb": "credit", "messages": 1}))
    finally:
        control.close()


@pytest.mark.asan
def test_a_filtered_tail_beside_a_flood_is_told_of_no_loss_that_is_none(app):
    app.procfile(w=WRITER, flood="exec yes a line of no interest")
    app.start("--journal-size", "4M")
    tail = Tail(app, "w", "-s", "app")
    wait_for("lines", lambda: numbers_of(tail.path.read_text().splitlines()))
    for _ in range(3):
        oldest = app.status()["journal_oldest_seq"]
        wait_for("much to be deleted",
                 lambda: app.status()["journal_oldest_seq"] > oldest + 50)
        app.kill_supervisor()
        last = numbers_of(tail.path.read_text().splitlines())[-1]
        wait_for("the tail to go on",
                 lambda: numbers_of(tail.path.read_text().splitlines())[-1] > last + 20)
    tail.end()
    last, told = None, False
    for line in tail.path.read_text().splitlines():
        if "muster[logs]" in line:
            told = True
            continue
        number, = numbers_of([line])
        # A loss is told where there is one, and nowhere else.
        assert told == (last is not None and number > last + 1), f"{number} after {last}: {told}"
        last, told = number, False


def test_a_replay_brings_what_is_missing_and_nothing_else(app):
    app.procfile(a="seq 300; " + STAYS,
                 b="for i in $(seq 50); do echo $i; sleep 0.01; done; " + STAYS)
    app.start()
    app.wait_log("app[a.1]: 300")
    app.wait_log("app[b.1]: 50")
    every, gone, end = replay(app, **{"from": 1})
    assert [record["seq"] for record in every] == list(range(1, end["head"] + 1)) and not gone
    last = {}
    for record in every:
        last[f"{record['kind']}/{record['process']}/"] = record["seq"]
    missing = last["log/b.1/"]
    have = {**last, "log/b.1/": missing - 1}
    records, gone, end = replay(app, **{"from": 1}, topics=["log/", "state/"], have=have)
    assert [record["seq"] for record in records] == [missing] and not gone
    records, gone, end = replay(app, **{"from": 1}, topics=["log/", "state/"], have=last)
    assert not records and not gone and end["head"] >= every[-1]["seq"]
    assert end["journal"]


def test_what_retention_has_deleted_is_told_in_lines_to_those_whom_it_concerns(app):
    app.procfile(quiet="echo one; " + STAYS, flood="exec yes a line of no interest")
    app.start("--journal-size", "1M")
    app.pid("quiet.1")
    wait_for("much to be deleted", lambda: app.status()["journal_oldest_seq"] > 300)
    app.ok("stop", "flood")
    oldest = app.status()["journal_oldest_seq"]
    told, = [record for record in app.records("--from", 1) if record.get("kind") == "lost"]
    assert (told["first"], told["last"], told["cause"]) == (1, oldest - 1, "retention")
    first = next(record for record in app.records("--from", 1) if record.get("seq"))
    assert told["first_line"] == 1 and told["last_line"] > oldest
    assert told["time"] <= first["time"] and "1970" not in told["time"]
    text, = [line for line in app.logs("--from", 1) if "muster[logs]" in line]
    assert text.startswith("muster[logs]: Not in the log any more: ") and "buffer" not in text
    assert not [line for line in app.logs("--from", oldest) if "muster[logs]" in line]
    # The first records of the one type are gone; since then it has said nothing.
    assert [line for line in app.logs("--from", 1, "quiet") if "muster[logs]" in line]
    early = max(record["seq"] for record in app.records("-n", "all") if "seq" in record)
    assert not [line for line in app.logs("--from", early, "quiet") if "muster[logs]" in line]
    middle = oldest - 150
    assert not [line for line in app.logs("--from", middle, "quiet", "-s", "app")
                if "muster[logs]" in line]


def test_damage_of_the_first_record_is_told_with_a_number_of_lines_too(app):
    app.procfile(alpha="echo one; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: one")
    app.stop()
    segment, = sorted((app.home.state / "journal").glob("*.journal"))
    damaged = bytearray(segment.read_bytes())
    magic = b"\xd1\x4a\x52\x31"
    second = damaged.index(magic, damaged.index(magic) + 4)
    damaged[second + 90] ^= 1
    segment.write_bytes(damaged)
    for options in (("--from", 1), ("-n", 100), ("-n", "all", "--from", 1)):
        text, = [line for line in app.logs(*options) if "muster[logs]" in line]
        assert "Not in the log any more: 1 line (1), the journal is damaged there" in text
        assert text.endswith("(seq 1 to 1)")


def test_a_line_of_many_megabytes_takes_little_memory(app):
    app.procfile(alpha="head -c 50000000 /dev/zero | tr '\\0' x; echo; echo end; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: end", "-n", "1", "-s", "app")
    for options in ((), ("--json",)):
        with open(app.home.path / "out", "wb") as out:
            ctl = app.begin("logs", "-s", "app", *options, stdout=out)
            peak = 0
            while ctl.poll() is None:
                try:
                    status = open(f"/proc/{ctl.pid}/status").read()
                except FileNotFoundError:
                    break
                if found := re.search(r"VmHWM:\s+(\d+)", status):
                    peak = max(peak, int(found[1]))
            ctl.wait()
        assert (app.home.path / "out").read_bytes().count(b"x") >= 50_000_000
        assert peak < 64 << 10, f"{peak} KiB"
