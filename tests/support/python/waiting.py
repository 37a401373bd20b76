"""The one place where tests wait: a poll with a deadline, that says what it waited for."""

import os
import time

# Sanitized binaries and a busy machine take their time; a pass never waits for a deadline.
PATIENCE = float(os.environ.get("MUSTER_PATIENCE", "30"))


def wait_for(what, probe, deadline=PATIENCE):
    """Calls probe() until it returns something true, and returns that."""
    end = time.monotonic() + deadline
    pause = 0.01
    while True:
        seen = probe()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s for {what}; last seen: {seen!r}")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.1)


def stays(what, probe, seconds):
    """Asserts that probe() is true all the while. For what must not happen; keep it short."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert probe(), f"{what} did not last"
        time.sleep(0.05)
