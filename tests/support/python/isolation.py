"""Whether one-offs can be isolated here, where the tests run: a container may forbid it."""

import functools
import socket
import subprocess

import pytest

from home import BIN

STEPS = ["own_processes=", "own_files=1048576", "own_session="]


@functools.cache
def is_possible():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            ["sh", "-c", 'exec 3<&0 </dev/null; exec "$@"', "sh",
             str(BIN / "muster-exec"), "/", "1024", *STEPS, "--", "true"],
            stdin=theirs, capture_output=True)
    return done.returncode == 0


def require():
    if not is_possible():
        pytest.skip("namespaces or overlays are not permitted here")


def allow_runs(directory):
    """Where it is not possible, the app says that its one-offs need none of it."""
    file = directory / "muster.toml"
    text = file.read_text() if file.exists() else ""
    if not is_possible() and "[run]" not in text:
        file.write_text(text + "\n[run]\nisolate = false\n")
