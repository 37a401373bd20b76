"""The workloads: each takes a tool and returns its figures, as a dictionary of numbers. What they
mean is in the README; how a tool is started in tools.py."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time

from measure import (LOAD, cpu_seconds, is_running, memory_bytes, percentile, prefer, program, rows,
                     size_and_time, wait_until, wake_ups)
from tools import Group


# Set by --priority.
PREFERRED = False


@contextlib.contextmanager
def running(kind, groups, live=None, directory=None):
    """A tool whose children are all waiting for their start signal; gone afterwards."""
    place = tempfile.mkdtemp(prefix="muster-bench-", dir=directory)
    try:
        if groups and groups[0].words[1] != "idle":
            os.mkfifo(f"{place}/go")
        tool = kind(place)
        try:
            tool.start(groups, live)
            count = sum(group.count for group in groups)
            wait_until("the children", lambda: len(rows(f"{place}/ready")) >= count)
            if PREFERRED:
                prefer([*tool.processes(), *(row[0] for row in rows(f"{place}/ready"))])
            yield tool
        finally:
            with contextlib.suppress(FileNotFoundError):  # whoever still waits shall end too
                os.close(os.open(f"{place}/go", os.O_RDWR | os.O_NONBLOCK))
            tool.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def going(tool):
    """Lets the children begin."""
    go = os.open(f"{tool.place}/go", os.O_RDWR)
    try:
        yield
    finally:
        os.close(go)


def wait_written(tool, children):
    """All is printed, and the tool writes no more; when the first began and the last was written,
    in seconds of the wall clock, and until when the children printed."""
    done = wait_until("the loads", lambda: (found := rows(f"{tool.place}/done"))
                      and len(found) >= children and found)
    last = None
    while last != (last := size_and_time(tool.files())):
        time.sleep(0.05)
    begin = min(row[1] for row in done)
    return begin / 1e9, last[1] / 1e9, max(row[2] for row in done) / 1e9


def checked(figures, verdict, lines):
    """`lost`: lines that should be there and are not; `wrong`: such as were not printed so."""
    return {**figures, "lost": lines - verdict["lines"], "wrong": verdict["wrong"],
            "lines": verdict["lines"]}


def bulk(kind, lines):
    """W1: one child, 64 KiB writes."""
    return flood(kind, "bulk", 1, kind.lines(lines))


def single(kind, lines):
    """W3: one child, a write per line."""
    return flood(kind, "single", 1, kind.lines(lines))


def single_of_ten(kind, lines):
    """W3: ten such children."""
    return flood(kind, "single", 10, kind.lines(lines))


def flood(kind, mode, children, lines):
    """Children that print as fast as they can, into the tool's own files."""
    with running(kind, [Group(children, "load", [LOAD, mode, str(lines)])]) as tool:
        total = lines * children
        pids = tool.processes()
        cpu = cpu_seconds(pids)
        with going(tool):
            begin, end, printed = wait_written(tool, children)
        cpu = cpu_seconds(pids) - cpu
        verdict = tool.verify()
        return checked({"rate": total / (end - begin), "writers": total / (printed - begin),
                        "cpu": cpu / total * 1e6}, verdict, total)


def subscribed(kind, lines, way="live", readers=1):
    """W2: W1 with a subscriber that verifies each line as it comes."""
    with running(kind, [Group(1, "load", [LOAD, "bulk", str(lines)])]) as tool, \
            contextlib.ExitStack() as stack:
        delays = [f"{tool.place}/delays{n}" for n in range(readers)]
        reading = [stack.enter_context(tool.subscribe(way, lines, "log/", file)) for file in delays]
        for reader in reading:
            assert reader.stdout.readline() == "ready\n"
        cpu = cpu_seconds(tool.processes())
        with going(tool):
            begin, _, printed = wait_written(tool, 1)
            verdicts = [json.loads(reader.communicate()[0]) for reader in reading]
        cpu = cpu_seconds(tool.processes()) - cpu
        last = max(verdicts, key=lambda verdict: (verdict["wrong"], verdict["at"]))
        return checked({"rate": lines / (last["at"] / 1e9 - begin), "cpu": cpu / lines * 1e6,
                        "writers": lines / (printed - begin)},
                       {**last, "lines": min(verdict["lines"] for verdict in verdicts)}, lines)


def subscribed_by_bus(kind, lines):
    """W2 by the bus, as programs that do not read the journal's files."""
    return subscribed(kind, lines, way="bus")


def subscribed_by_ten(kind, lines):
    """W2 with ten subscribers."""
    return subscribed(kind, lines, readers=10)


def replay(kind, lines):
    """The way back out of a journal of so many lines, to a subscriber and to ctl."""
    with running(kind, [Group(1, "load", [LOAD, "bulk", str(lines)])]) as tool:
        with going(tool):
            wait_written(tool, 1)
        verdicts = [tool.verify() for _ in range(3)]
        best = min(verdicts, key=lambda verdict: verdict["seconds"])
        middle = json.loads(tool.ctl("status", "--json"))["seq"] // 2
        firsts = []
        for _ in range(9):
            with tool.subscribe(middle) as reader:
                firsts.append(json.loads(reader.communicate()[0].splitlines()[-1])["first"])
        logs = [seconds_of(tool, "ctl", "logs", "-n", "100") for _ in range(21)]
        bare = [seconds_of(tool, "ctl", "version") for _ in range(21)]
        return checked({"rate": best["lines"] / best["seconds"],
                        "first_ms": percentile(firsts, 0.5) * 1e3,
                        "logs_ms": percentile(logs, 0.5) * 1e3,
                        "ctl_ms": percentile(bare, 0.5) * 1e3}, best, lines)


def seconds_of(tool, name, *words):
    begin = time.perf_counter()
    subprocess.run([program(name), *words], check=True, stdout=subprocess.DEVNULL,
                   env=tool.environment)
    return time.perf_counter() - begin


@contextlib.contextmanager
def receiver(tool_kind, total, place):
    """Who takes paced lines from the tool's stdout. Yields that end of the pipe."""
    reader, writer = os.pipe()
    process = subprocess.Popen([program("bench_check"), "--live", str(total), f"{place}/delays"],
                               stdin=reader, stdout=subprocess.PIPE, text=True)
    os.close(reader)
    try:
        yield writer, process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def delays_of(path, begin=0, end=2 ** 64):
    return [delay / 1e6 for stamp, delay in rows(path) if begin <= stamp <= end]


def paced_beside_floods(kind, lines):
    """W5: W4, while ten others print at full speed."""
    return paced(kind, 4, lines)


def paced(kind, seconds, flood_lines=0, count=100, hertz=100):
    """W4: children that print a line now and then."""
    lines = seconds * hertz
    groups = [Group(count, "paced", [LOAD, "paced", str(lines), str(hertz)])]
    if flood_lines:
        groups.append(Group(10, "flood", [LOAD, "bulk", str(flood_lines)]))
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as place:
        if hasattr(kind, "subscribe"):
            with running(kind, groups) as tool:
                with tool.subscribe("live", count * lines, "log/paced.", f"{place}/delays",
                                    stdin=subprocess.DEVNULL) as reader:
                    assert reader.stdout.readline() == "ready\n"
                    return paced_run(tool, reader, place, groups, flood_lines)
        total = count * lines + 10 * flood_lines
        with receiver(kind, total, place) as (writer, process):
            with running(kind, groups, live=writer) as tool:
                os.close(writer)
                return paced_run(tool, process, place, groups, flood_lines)


def paced_run(tool, reader, place, groups, flood_lines):
    total = sum(group.count * int(group.words[2]) for group in groups)
    children = sum(group.count for group in groups)
    pids = tool.processes()
    cpu, begin = cpu_seconds(pids), time.monotonic()
    with going(tool):
        floods = wait_written(tool, 10) if flood_lines else None
        until = time.monotonic_ns()
        wait_until("the loads", lambda: len(rows(f"{tool.place}/done")) >= children)
        cpu, passed = cpu_seconds(pids) - cpu, time.monotonic() - begin
        verdict = json.loads(reader.communicate(timeout=30)[0])
    if flood_lines:
        delays = delays_of(f"{place}/delays", 0, until)
        if hasattr(tool, "subscribe"):
            verdict = tool.verify()
        figures = {"rate": 10 * flood_lines / (floods[2] - floods[0])}
    else:
        delays, figures = delays_of(f"{place}/delays"), {"cpu_percent": 100 * cpu / passed}
        figures["memory_mb"] = memory_bytes(pids) / 1e6
    figures |= {"p50_ms": percentile(delays, 0.5), "p99_ms": percentile(delays, 0.99),
                "max_ms": max(delays, default=float("nan"))}
    return checked(figures, verdict, total)


def idle(kind, count):
    """W6: many children that do nothing."""
    with running(kind, [Group(count, "idle", [LOAD, "idle"])]) as tool:
        pids = tool.processes()
        wait_until("quiet", lambda: quiet(pids), pause=0)
        before, began = wake_ups(pids), time.monotonic()
        time.sleep(5)
        wakes = (wake_ups(pids) - before) / (time.monotonic() - began)
        memory = memory_bytes(pids)
        figures = {"wake_ups": wakes, "memory_mb": memory / 1e6,
                   "child_kib": max(0, memory - (16 << 20)) / count / 1024}
        if hasattr(tool, "ctl"):
            figures["ps_ms"] = 1e3 * percentile(
                [seconds_of(tool, "ctl", "ps") for _ in range(21)], 0.5)
        return figures


def quiet(pids):
    before = wake_ups(pids)
    time.sleep(0.5)
    return wake_ups(pids) - before <= 1


def life(kind, count, kills=30):
    """W7: to start many children, to replace a killed one, to stop all."""
    began = time.monotonic_ns()
    with running(kind, [Group(count, "idle", [LOAD, "idle"])]) as tool:
        started = (max(row[1] for row in rows(f"{tool.place}/ready")) - began) / 1e9
        path, gaps = f"{tool.place}/ready", []
        for row in rows(path)[:kills]:
            known = len(rows(path))
            at = time.monotonic_ns()
            os.kill(row[0], 9)
            after = wait_until("the replacement", lambda: rows(path)[known:], pause=0.0005,
                               patience=15)
            gaps.append((after[0][1] - at) / 1e6)
            time.sleep(0.02)
        pids = [row[0] for row in rows(path)[kills:]]
        at = time.monotonic()
        tool.stop()
        stopped = time.monotonic() - at
        left = sum(is_running(pid) for pid in pids)
        return {"start_s": started, "replace_p50_ms": percentile(gaps, 0.5),
                "replace_p99_ms": percentile(gaps, 0.99), "stop_s": stopped, "left": left}
