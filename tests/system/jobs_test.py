"""A job in progress survives a restart and a scale-down of its worker: with the real queues, which
work in children of the process that is told to end."""

import subprocess

import isolation
import pytest
from waiting import wait_for

CELERY = """import celery, redis
app = celery.Celery("jobs", broker="redis://127.0.0.1:{port}/0")
@app.task
def job():
    print("job began", flush=True)
    redis.Redis(port={port}).blpop("gate")
    print("job ended", flush=True)
"""

RQ = """import redis
def job():
    print("job began", flush=True)
    redis.Redis(port={port}).blpop("gate")
    print("job ended", flush=True)
"""

GUNICORN = """import os, redis
def application(environ, start):
    print("job began", flush=True)
    redis.Redis(port={port}).blpop("gate")
    start("200 OK", [("Content-Type", "text/plain")])
    print("job ended", flush=True)
    return [b"answered"]
"""

# How a worker is started, what it says when it is told to end, and how it gets a job.
QUEUES = {
    "celery": (CELERY, "/usr/bin/python3 -m celery -A jobs worker -c 1",
               "Warm shutdown", "import jobs; jobs.job.delay()"),
    "rq": (RQ, "rq worker -u redis://127.0.0.1:{port}", "Warm shut down requested",
           "import redis, rq; rq.Queue(connection=redis.Redis(port={port})).enqueue('jobs.job')"),
    "gunicorn": (GUNICORN, "gunicorn -b 127.0.0.1:{http} --graceful-timeout 60 -w 1 "
                 "jobs:application", "Handling signal: term",
                 "import urllib.request as it\n"
                 "print(it.urlopen('http://127.0.0.1:{http}').read().decode())"),
}
# A server that is asked for its keys meanwhile needs no file.
REDIS = "exec redis-server --port {port} --save '' --daemonize no"
SCALED = {"restart": ("restart", "worker"), "scale": ("scale", "worker=0")}


class Shop:
    """An app with a queue and a worker that is at work on a job, which waits at a gate."""

    def __init__(self, app, queue, form, settings):
        self.app = app
        self.places = {"port": app.home.port + 90, "http": app.home.port + 91}
        program, command, self.farewell, self.order = QUEUES[queue]
        app.write("jobs.py", program.format(**self.places))
        app.procfile(redis=REDIS.format(**self.places),
                     worker=form.format(command.format(**self.places)))
        app.write("muster.toml", f"[redis]\nready = 'exec:{self.redis('ping')} | grep PONG'\n"
                  f"[worker]\nneeds = ['redis']\ngrace = '60s'\n{settings}\n")
        app.start()
        app.wait_state("worker.1", "up")
        self.client = wait_for("the job to begin", self.begin)

    def redis(self, *words):
        return " ".join(["redis-cli -p", str(self.places["port"]), *words])

    def begin(self):
        """Orders the job; nothing if that failed, for a server may not listen yet."""
        client = subprocess.Popen(["/usr/bin/python3", "-c", self.order.format(**self.places)],
                                  cwd=self.app.directory, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        wait_for("the job, or a refusal", lambda: self.has("job began") or client.poll())
        return client if self.has("job began") else None

    def has(self, part):
        return any(part in line for line in self.app.logs("-n", "1000", "-p", "worker"))

    def open_gate(self):
        subprocess.run(self.redis("rpush gate x").split(), check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("verb", SCALED)
@pytest.mark.parametrize("form", ["{}", "cd . && {}", "isolated"],
                         ids=["program", "shell", "isolated"])
@pytest.mark.parametrize("queue", QUEUES)
def test_a_job_in_progress_survives(app, queue, form, verb):
    isolated = form == "isolated"
    if isolated:
        isolation.require()
    shop = Shop(app, queue, "{}" if isolated else form, "isolate = true" if isolated else "")
    asked = app.begin(*SCALED[verb])
    wait_for("the worker to be told", lambda: shop.has(shop.farewell))
    assert not shop.has("job ended")
    shop.open_gate()
    wait_for("the job to end", lambda: shop.has("job ended"))
    assert asked.wait(60) == 0
    answer, _ = shop.client.communicate(timeout=30)
    assert queue != "gunicorn" or answer.strip() == "answered"
    assert not shop.has("Error R12")
