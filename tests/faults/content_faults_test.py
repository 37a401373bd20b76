"""What processes print, at its worst: lines without end, bytes of every kind, forged records, one
byte at a time, floods. All of it is kept exactly, and the daemon stays small."""

import base64
import hashlib
import json
import os

import proc
import pytest
from daemon import STAYS
from programs import need
from waiting import wait_for

LONG = bool(os.environ.get("MUSTER_LONG"))
MIB = 1 << 20
TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid, *, of_children=False):
    """Seconds in which it has computed, or its children that have ended."""
    fields = proc.read(pid, "stat").rsplit(b")", 1)[1].split()
    user, system = (13, 14) if of_children else (11, 12)
    return (int(fields[user]) + int(fields[system])) / TICK


def is_written(app, name):
    return (app.directory / name).exists()


def text_of(record):
    return base64.b64decode(record["base64"]) if "base64" in record else record["line"].encode()


@pytest.mark.row("C38")
def test_a_line_of_200_mib_takes_no_memory_and_loses_no_byte(app):
    numbers = 24_000_000 if LONG else 4_000_000  # 200 MiB, or 29
    printing = f"seq {numbers} | tr '\\n' ' '; echo; touch printed; echo end; " + STAYS
    app.procfile(quiet=STAYS, big=printing)
    app.start("-m", "quiet=1")
    pid = app.pid_of_supervisor()
    before = proc.memory(pid)
    app.ok("scale", "big=1")
    peak = before

    def printed():
        nonlocal peak
        peak = max(peak, proc.memory(pid))
        return is_written(app, "printed")

    wait_for("all of the line to be printed", printed, 240)
    app.wait_log("app[big.1]: end", "-p", "big", "-s", "app", "-n", "1")
    assert peak - before < 4 * MIB
    assert app.pid_of_supervisor() == pid

    pieces = app.records("-p", "big", "-s", "app", "--from", "1")
    assert pieces.pop()["line"] == "end"
    assert all(piece["partial"] for piece in pieces[:-1]) and "partial" not in pieces[-1]
    seen = hashlib.sha256()
    for piece in pieces:
        seen.update(piece["line"].encode())
    wanted = hashlib.sha256()
    for first in range(1, numbers + 1, 100_000):
        wanted.update(b"".join(b"%d " % n for n in range(first, first + 100_000)))
    assert seen.digest() == wanted.digest()


@pytest.mark.row("C39")
def test_random_bytes_come_back_byte_by_byte(app):
    size = (1024 if LONG else 16) * MIB
    app.procfile(alpha=f"head -c {size} /dev/urandom | tee blob; echo; echo end; " + STAYS)
    app.start()
    app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1", deadline=240)
    reader = app.begin("logs", "--json", "-s", "app", "--from", "1")
    seen = hashlib.sha256()
    lines = map(json.loads, reader.stdout)
    following = next(lines)
    for record in lines:
        seen.update(text_of(following) + b"\n")
        following = record
    assert reader.wait() == 0 and following["line"] == "end"
    assert seen.hexdigest() == hashlib.sha256((app.directory / "blob").read_bytes() +
                                              b"\n").hexdigest()


@pytest.mark.row("C40")
def test_a_process_that_prints_the_journal_itself_forges_nothing(app):
    """Its records begin and end, and have checksums and keys, as real ones have."""
    app.procfile(alpha=f"seq 1000; read x < go; cat {app.home.state}"
                       "/journal/*.journal > blob; cat blob; echo; echo end; " + STAYS)
    go = app.gate("go")
    app.start()
    app.wait_log("app[alpha.1]: 1000", "-s", "app", "-n", "1")
    go.open()
    app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1")
    app.kill_hard()
    app.start()
    printed = [text_of(record) for record in app.records("-s", "app", "--from", "1")]
    blob = (app.directory / "blob").read_bytes()
    assert blob.startswith(b"MUSTERJ\n")
    assert printed == [b"%d" % n for n in range(1, 1001)] + blob.split(b"\n") + [b"end"]


@pytest.mark.row("C41")
def test_one_byte_writes_cost_the_daemon_less_than_the_writer(app):
    size = 400_000
    app.write("blob", "slow but complete\n" * (size // 18))
    app.procfile(alpha="dd if=blob bs=1 2>/dev/null; echo end; while :; do sleep 1000; done")
    app.start("-m", "alpha=0")
    pid = app.pid_of_supervisor()
    app.ok("scale", "alpha=1")
    app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1")
    writer = cpu_of(app.pid("alpha.1"), of_children=True)
    assert app.logs("-s", "app", "--from", "1").count("app[alpha.1]: slow but complete") == \
        size // 18
    assert cpu_of(pid) < writer


@pytest.mark.row("C42")
def test_empty_lines_are_counted_exactly(app):
    count = 10_000_000 if LONG else 1_000_000
    app.procfile(web=f"yes '' | head -n {count}; echo end; " + STAYS)
    app.start()
    app.wait_log("app[web.1]: end", "-s", "app", "-n", "1", deadline=240)
    reader = app.begin("logs", "-s", "app", "--from", "1")
    empty = sum(line.endswith(b" app[web.1]: \n") for line in reader.stdout)
    assert reader.wait() == 0 and empty == count


@pytest.mark.row("C44")
def test_each_of_two_streams_is_in_order(app):
    app.procfile(web="for i in $(seq 3000); do echo out $i; echo err $i >&2; done; echo end; "
                     "echo end >&2; " + STAYS)
    app.start()
    shown = wait_for("the end of both", lambda: [
        records for records in [app.records("-s", "app", "--from", "1")]
        if [record["line"] for record in records].count("end") == 2])[0]
    for stream, word in (("stdout", "out"), ("stderr", "err")):
        lines = [record["line"] for record in shown if record["stream"] == stream]
        assert lines == [f"{word} {i}" for i in range(1, 3001)] + ["end"]


@pytest.mark.row("C44")
def test_what_is_printed_at_leisure_is_in_the_order_of_its_arrival(app):
    app.procfile(web="for i in 1 2 3 4 5 6; do echo out $i; read a < step; echo err $i >&2; "
                     "read a < step; done; " + STAYS)
    step = app.gate("step")
    app.start()
    expected = []
    for i in range(1, 7):
        for word in ("out", "err"):
            expected.append(f"app[web.1]: {word} {i}")
            app.wait_log(expected[-1])
            step.open()
    assert app.logs("-s", "app", "--from", "1") == expected


@pytest.mark.row("C46")
def test_a_process_behind_a_terminal_of_its_own_outlives_the_supervisor(app):
    need("script")
    app.write("inner", "tty; i=0; while read x < step; do i=$((i+1)); echo $i; done\n")
    step = app.gate("step")
    app.procfile(alpha="exec script -qefc 'sh inner' /dev/null < /dev/null")
    app.start()
    pid = app.pid("alpha.1")

    def lines():
        shown = app.logs("-s", "app", "-n", 10000)
        return [line.split(": ", 1)[1].rstrip("\r\n") for line in shown]

    def print_up_to(number):
        for n in range(len(lines()), number + 1):
            step.open()
            wait_for(f"line {n} of the terminal", lambda n=n: len(lines()) > n)

    wait_for("the terminal's name", lines)
    print_up_to(5)
    app.kill_supervisor()
    print_up_to(10)
    assert app.pid("alpha.1") == pid
    name, *numbers = lines()
    assert name.startswith("/dev/pts/")
    assert numbers == [str(n) for n in range(1, 11)]
