"""A job in progress survives a restart and a scale-down of its worker: with the real queues, which
work in children of the process that is told to end."""

import subprocess
from typing import NamedTuple

import isolation
import pytest
from programs import need, need_of_npm
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

SIDEKIQ = """require 'redis'
require 'sidekiq'
$stdout.sync = true
at = {{ url: 'redis://127.0.0.1:{port}' }}
Sidekiq.configure_client {{ |config| config.redis = at }}
Sidekiq.configure_server {{ |config| config.redis = at }}
class Job
  include Sidekiq::Worker
  def perform
    puts 'job began'
    Redis.new(port: {port}, timeout: 300).blpop('gate')
    puts 'job ended'
  end
end
"""

BULLMQ = """const {{ Queue, Worker }} = require('bullmq');
const connection = {{ port: {port}, maxRetriesPerRequest: null }};
if (process.argv[2] === 'order') {{
  const queue = new Queue('jobs', {{ connection }});
  queue.add('job', {{}}).then(() => queue.close());
}} else {{
  const worker = new Worker('jobs', async () => {{
    console.log('job began');
    const gate = await new Queue('gate', {{ connection }}).client;
    await gate.blpop('gate', 0);
    gate.disconnect();
    console.log('job ended');
  }}, {{ connection }});
  process.on('SIGTERM', () => {{
    console.log('closing');
    worker.close();
  }});
}}
"""

PYTHON = "/usr/bin/python3"


class Queue(NamedTuple):
    """A file with a job, the worker that does it, what that says when it is told to end, the
    command that orders a job, programs that it takes, and what the client is answered."""
    file: str
    text: str
    worker: str
    farewell: str
    order: list
    programs: tuple = ()
    answer: str | None = None


QUEUES = {
    "celery": Queue("jobs.py", CELERY, f"{PYTHON} -m celery -A jobs worker -c 1", "Warm shutdown",
                    [PYTHON, "-c", "import jobs; jobs.job.delay()"]),
    "rq": Queue("jobs.py", RQ, "rq worker -u redis://127.0.0.1:{port}",
                "Warm shut down requested",
                [PYTHON, "-c", "import redis, rq\n"
                 "rq.Queue(connection=redis.Redis(port={port})).enqueue('jobs.job')"],
                ("rq",)),
    "sidekiq": Queue("jobs.rb", SIDEKIQ, "sidekiq -r ./jobs.rb -c 1 -t 50", "Shutting down",
                     ["ruby", "-r", "./jobs.rb", "-e", "Job.perform_async"], ("sidekiq",)),
    "bullmq": Queue("jobs.js", BULLMQ, "node jobs.js", "closing", ["node", "jobs.js", "order"]),
    "gunicorn": Queue("jobs.py", GUNICORN, "gunicorn -b 127.0.0.1:{http} --graceful-timeout 60 "
                      "-w 1 jobs:application", "Handling signal: term",
                      [PYTHON, "-c", "import urllib.request as it\n"
                       "print(it.urlopen('http://127.0.0.1:{http}').read().decode())"],
                      ("gunicorn",), "answered"),
}
# A server that is asked for its keys meanwhile needs no file.
REDIS = "exec redis-server --port {port} --save '' --daemonize no"
SCALED = {"restart": ("restart", "worker"), "scale": ("scale", "worker=0")}


class Shop:
    """An app with a queue and a worker that is at work on a job, which waits at a gate."""

    def __init__(self, app, queue, form, settings):
        self.app = app
        self.places = {"port": app.home.port + 90, "http": app.home.port + 91}
        self.queue = QUEUES[queue]
        self.jobs = 0
        need("redis-server", *self.queue.programs)
        if queue == "bullmq":
            need_of_npm(app.directory, queue)
        app.write(self.queue.file, self.queue.text.format(**self.places))
        app.procfile(redis=REDIS.format(**self.places),
                     worker=form.format(self.queue.worker.format(**self.places)))
        app.write("muster.toml", f"[redis]\nready = 'exec:{self.redis('ping')} | grep PONG'\n"
                  f"[worker]\nneeds = ['redis']\ngrace = '60s'\n{settings}\n")
        app.start()
        app.wait_state("worker.1", "up")
        self.client = self.begin_job()

    def redis(self, *words):
        return " ".join(["redis-cli -p", str(self.places["port"]), *words])

    def begin_job(self):
        """The client that ordered a job which has begun."""
        client = wait_for("the job to begin", self.order)
        self.jobs += 1
        return client

    def order(self):
        """Orders a job; nothing if that failed, for a server may not listen yet."""
        client = subprocess.Popen([word.format(**self.places) for word in self.queue.order],
                                  cwd=self.app.directory, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        wait_for("the job, or a refusal", lambda: self.has_begun() or client.poll())
        return client if self.has_begun() else None

    def has_begun(self):
        return self.count("job began") > self.jobs

    def end_job(self):
        self.open_gate()
        wait_for("the job to end", lambda: self.count("job ended") == self.jobs)
        answer, _ = self.client.communicate(timeout=30)
        assert self.queue.answer is None or answer.strip() == self.queue.answer

    def does_another_job(self):
        """So the next worker is at work before the test ends: sidekiq loses a SIGTERM that comes
        while it starts."""
        self.client = self.begin_job()
        self.end_job()

    def count(self, part):
        return sum(part in line for line in self.app.logs("-n", "1000", "-p", "worker"))

    def has(self, part):
        return self.count(part) > 0

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
    wait_for("the worker to be told", lambda: shop.has(shop.queue.farewell))
    assert not shop.has("job ended")
    shop.end_job()
    assert asked.wait(60) == 0
    assert not shop.has("Error R12")
    if verb == "restart":
        shop.does_another_job()


@pytest.mark.parametrize("queue", QUEUES)
def test_a_job_survives_supervisors_that_are_killed(app, queue):
    """Before its worker is told to end, and while that waits for the job."""
    shop = Shop(app, queue, "{}", "")
    worker = app.pid("worker.1")
    app.kill_supervisor()
    asked = app.begin("restart", "worker")
    wait_for("the worker to be told", lambda: shop.has(shop.queue.farewell))
    app.kill_supervisor()
    shop.end_job()
    assert b"goes on with what it had begun" in asked.communicate(timeout=60)[1]
    app.replaced("worker.1", worker)
    assert not shop.has("Error R12")
    shop.does_another_job()
