"""Disks that fill up, fail and come back under a running daemon: no line is lost or doubled, the
operator is told, and it goes on by itself."""

import json
import re
import resource

import pytest

from daemon import STAYS
from disks import ImageDisk, MemoryDisk
from strace import Strace
from waiting import stays, wait_for

LINES = 150_000  # 0.7 MB, more in the journal
PRINT = f"seq 1 {LINES}; {STAYS}"
EXPECTED = [f"app[alpha.1]: {n}" for n in range(1, LINES + 1)]
INJECTED = {"EIO": "Input/output error", "EROFS": "Read-only file system",
            "EDQUOT": "Disk quota exceeded"}


def status(app):
    return json.loads(app.ok("status", "--json"))


def start_with_a_journal(app, *options):
    """Alpha waits to be scaled; the journal's first records are on the disk. Until they are, a sync
    that fails has the first segment written again under the same name."""
    app.procfile(alpha=PRINT, first=STAYS)
    app.start("-m", "alpha=0,first=1", *options)
    app.wait_state("first.1", "up")
    wait_durable(app)


def wait_durable(app):
    wait_for("everything to be durable",
             lambda: (now := status(app))["seq_durable"] == now["seq"])


def alarms(app):
    return status(app)["alarms"]


def wait_alarm(app, part):
    return wait_for(f"an alarm with {part!r}", lambda: any(part in text for text in alarms(app)))


def check_all_printed(app):
    wait_for("the last line", lambda: app.logs("-n", "1", "-s", "app") == EXPECTED[-1:])
    assert app.logs("-s", "app", "-n", LINES + 1) == EXPECTED
    wait_for("the end of every alarm", lambda: alarms(app) == [])


@pytest.fixture
def journal(app):
    return app.home.state / "journal"


@pytest.mark.row("D47")
def test_a_disk_that_is_full_for_a_while(app, journal):
    with MemoryDisk(journal, "400k") as disk:
        app.procfile(alpha=PRINT)
        app.start()
        wait_alarm(app, "No space left on device")
        stays("the alarm", lambda: alarms(app), 0.5)
        assert app.row("alpha.1")["state"] == "up", "it waits for its full pipe"
        disk.remount("size=64m")
        check_all_printed(app)
        assert app.stop() == 0


@pytest.mark.row("D47")
def test_a_full_disk_where_lines_may_be_dropped(app, journal):
    with MemoryDisk(journal, "400k") as disk:
        app.procfile(alpha=f"seq 1 {LINES}; echo > done; {STAYS}")
        app.start("--when-full", "drop")
        wait_for("all to be printed", (app.directory / "done").exists)

        def notices():
            return [line for line in app.logs("-n", LINES, "-s", "muster")
                    if " were dropped " in line]

        # The record that tells of it is small, and may find room.
        wait_for("the disk to be full", lambda: alarms(app) or notices())
        disk.remount("size=64m")
        wait_for("the end of every alarm", lambda: alarms(app) == [])
        told = re.compile(r".*: (\d+) lines of stdout were dropped while the journal took nothing: "
                          r"bytes (\d+) to (\d+) of launch \d+")
        said = [told.fullmatch(line) for line in wait_for("a notice", notices)]
        printed = "".join(f"{n}\n" for n in range(1, LINES + 1))
        for notice in reversed(said):
            lines, first, last = map(int, notice.groups())
            assert printed[first - 1:last].count("\n") == lines
            printed = printed[:first - 1] + printed[last:]
        assert len(printed) > 100_000
        kept = [line.split(": ")[1] for line in app.logs("-n", LINES, "-s", "app")]
        assert kept == printed.splitlines()
        assert app.stop() == 0


@pytest.mark.row("D48")
def test_a_disk_that_is_full_at_every_place_of_a_segment(app, journal):
    size = 40
    with MemoryDisk(journal, f"{size}k") as disk:
        app.procfile(alpha=PRINT)
        app.start("--journal-size", "4M")  # segments of 256 KiB
        while app.logs("-n", "1", "-s", "app") != EXPECTED[-1:]:
            wait_for("a full disk or the end", lambda: alarms(app) or
                     app.logs("-n", "1", "-s", "app") == EXPECTED[-1:])
            size += 44
            disk.remount(f"size={size}k")
        assert len(list(journal.iterdir())) > 3
        check_all_printed(app)
        assert app.stop() == 0


@pytest.mark.row("D49")
def test_a_file_at_its_limit(app):
    app.procfile(alpha=f"read x < go; {PRINT}")
    go = app.gate("go")
    app.start()
    app.pid("alpha.1")
    daemon = app.pid_of_supervisor()
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    go.open()
    wait_alarm(app, "File too large")
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    check_all_printed(app)


@pytest.mark.parametrize("error", [
    pytest.param("EIO", marks=pytest.mark.row("D50")),
    pytest.param("EROFS", marks=pytest.mark.row("D49")),
    pytest.param("EDQUOT", marks=pytest.mark.row("D49"))])
def test_writes_that_fail_for_a_while(app, error):
    app.procfile(alpha=PRINT)
    app.start("-m", "alpha=0", "--journal-size", "4M")
    with Strace(app.pid_of_supervisor(), f"pwrite64:error={error}:when=5+1",
                log=app.home.path / "strace"):
        app.ok("scale", "alpha=1")
        wait_alarm(app, INJECTED[error])
    check_all_printed(app)


@pytest.mark.row("D50")
@pytest.mark.parametrize("durability", ["group", "each"])
def test_syncs_that_fail_for_a_while(app, journal, durability):
    start_with_a_journal(app, "--durability", durability)
    before = len(list(journal.iterdir()))
    with Strace(app.pid_of_supervisor(), "fdatasync:error=EIO", log=app.home.path / "strace"):
        app.ok("scale", "alpha=1")
        wait_alarm(app, "fdatasync: Input/output error")
        stuck = status(app)
        assert stuck["seq_durable"] < stuck["seq"], "what is not on the disk is not said to be"
    check_all_printed(app)
    wait_durable(app)
    assert len(list(journal.iterdir())) > before, "what may be lost was written again"
    assert "fdatasync: Input/output error" in app.errors


@pytest.mark.row("D52")
def test_system_calls_that_are_interrupted(app):
    # Not read and write: libzmq relies on that those which never wait are not.
    calls = "pwrite64,pread64,splice,ftruncate,fdatasync,openat,epoll_wait,poll"
    app.procfile(alpha=f"read x < go; {PRINT}")
    go = app.gate("go")
    app.start("--durability", "group", "--journal-size", "4M")
    app.wait_state("alpha.1", "up")
    with Strace(app.pid_of_supervisor(), f"{calls}:error=EINTR:when=1+7",
                log=app.home.path / "strace") as strace:
        go.open()
        check_all_printed(app)
        assert strace.injected() > 20


@pytest.mark.row("D62")
@pytest.mark.parametrize("how", ["truncated", "deleted"])
def test_a_segment_that_somebody_takes_away(app, journal, how):
    app.procfile(alpha=f"echo before; read x < go; echo after; {STAYS}")
    go = app.gate("go")
    app.start()
    app.wait_log("app[alpha.1]: before")
    (segment,) = journal.iterdir()
    if how == "deleted":
        segment.unlink()
    else:
        segment.write_bytes(b"")
    go.open()
    app.wait_log("app[alpha.1]: after")
    assert app.logs("-s", "app") == ["app[alpha.1]: after"]
    assert app.stop() == 0
    app.start()
    app.wait_log("app[alpha.1]: before")
    assert app.logs("-s", "app") == ["app[alpha.1]: after", "app[alpha.1]: before"]


@pytest.mark.row("D63")
@pytest.mark.parametrize("durability", ["group", "each"])
def test_a_disk_that_is_very_slow(app, durability):
    start_with_a_journal(app, "--durability", durability)
    supervisor = app.pid_of_supervisor()
    with Strace(supervisor, "fdatasync:delay_enter=3000000",
                log=app.home.path / "strace") as strace:
        app.ok("scale", "alpha=1")
        for _ in range(10):
            app.ok("ps")
        wait_for("a sync", strace.threads)
        assert supervisor not in strace.threads(), "who turns the loop does not wait for the disk"
        now = status(app)
        assert now["seq_durable"] < now["seq"]
        assert now["alarms"] == []
    check_all_printed(app)
    wait_for("everything to be durable",
             lambda: (now := status(app))["seq_durable"] == now["seq"])


@pytest.mark.row("D64")
def test_a_disk_without_inodes(app, journal):
    with ImageDisk(journal, app.home.path / "image", 16 << 20,
                   ["mkfs.ext4", "-q", "-N", "32"]) as disk:
        fillers = []
        while disk.free_names > 1:
            fillers.append(journal / f"filler-{len(fillers)}")
            fillers[-1].touch()
        app.procfile(alpha=PRINT)
        app.start("--journal-size", "4M")
        wait_alarm(app, "No space left on device")
        for filler in fillers:
            filler.unlink()
        check_all_printed(app)
        assert app.stop() == 0


@pytest.mark.row("D66")
def test_a_reader_who_comes_after_retention_is_told_what_is_gone(app):
    app.procfile(alpha=f"seq 1 {4 * LINES}; {PRINT}")
    app.start("--journal-size", "1M")
    app.wait_log(EXPECTED[-1], "-n", "1", "-s", "app")
    first = status(app)["journal_oldest_seq"]
    assert first > 1
    told = app.records("--from", "1")
    (lost,) = [record for record in told if record.get("kind") == "lost"]
    assert (lost["first"], lost["last"]) == (1, first - 1)
    assert told[0] == lost and told[1]["seq"] == first
    assert app.records("--from", "1", "-n", 3) == told[-3:], "nothing is gone between these"
    expected = [f"app[alpha.1]: {n}" for n in range(1, 4 * LINES + 1)] + EXPECTED
    kept = app.logs("-s", "app", "--from", first)
    assert kept == expected[-len(kept):]
