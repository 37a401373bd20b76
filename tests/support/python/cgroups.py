"""A cgroup (version 1) for the time of a test, where this machine lets us make one."""

import contextlib
import os
from pathlib import Path

import pytest

from waiting import wait_for


@contextlib.contextmanager
def cgroup(controller, settings):
    """Its directory, with the settings written into it: name -> text."""
    root = Path("/sys/fs/cgroup") / controller
    place = root / f"muster-test-{os.getpid()}"
    try:
        place.mkdir()
        for name, text in settings.items():
            (place / name).write_text(text)
    except OSError as problem:
        pytest.skip(f"no {controller} cgroup: {problem}")
    try:
        yield place
    finally:
        for pid in (place / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (root / "cgroup.procs").write_text(pid)
        wait_for("the cgroup to be empty",
                 lambda: not (place / "cgroup.procs").read_text().split())
        place.rmdir()
