"""A wall clock that a test has set, for a daemon that is started with it."""

import subprocess

from programs import need


def set_to(moment):
    """The environment in which it is that moment, "2026-11-22 10:59:58" in UTC, when a program
    begins. The monotonic clock is the machine's."""
    faketime = need("faketime")
    library = subprocess.run([faketime, "2000-01-01", "sh", "-c", "echo $LD_PRELOAD"],
                             capture_output=True, text=True, check=True).stdout.strip()
    return {"LD_PRELOAD": library, "FAKETIME": f"@{moment}", "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
