"""examples/queue: a batch of jobs in a real queue, and more workers while it is at work."""

import shutil
import subprocess

import pytest

from home import REPOSITORY
from programs import need
from waiting import PATIENCE, wait_for

# Where the distribution's rq is known.
PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


@pytest.fixture
def queue(app):
    need("redis-server", "rq")
    shutil.copytree(REPOSITORY / "examples" / "queue", app.directory, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("redis.sock", "__pycache__"))
    app.home.environment["PATH"] = PATH
    app.home.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    app.start()
    app.wait_states({"redis.1": "up", "worker.1": "up"})
    return app


def test_a_batch_is_done_by_workers_that_come_and_go(queue):
    batch = queue.begin("run", "python3", "batch.py", "200", text=True)

    def at_work():
        return any("sent letter" in line for line in queue.logs("-n", "1000", "-p", "worker"))
    wait_for("the first letter", at_work, 4 * PATIENCE)
    # On a busy machine the batch may be done before the last of them begins.
    queue.ok("scale", "worker=4")
    queue.ok("scale", "worker=2")
    shown, problem = batch.communicate(timeout=4 * PATIENCE)
    assert batch.returncode == 0, problem
    assert "200 letters are in the queue" in shown and "200 letters are sent, in " in shown
    lines = queue.logs("-n", "100000", "-p", "worker", "-s", "app")
    sent = [int(line.rsplit(" ", 1)[1]) for line in lines if "sent letter" in line]
    assert sorted(sent) == list(range(1, 201)), "each letter once"
    assert not [line for line in queue.logs("-n", "100000") if "Error R12" in line]


def test_the_readme_types_what_is_there():
    readme = (REPOSITORY / "examples" / "queue" / "README.md").read_text()
    procfile = (REPOSITORY / "examples" / "queue" / "Procfile").read_text()
    types = [line.split(":")[0] for line in procfile.splitlines()]
    assert all(f"| `{name}` |" in readme for name in types)
    done = subprocess.run([str(REPOSITORY / "bench" / "queue"), "--help"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and "usage:" in done.stdout
