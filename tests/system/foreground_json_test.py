"""musterd --format json: each line in the foreground is an object, for those who collect what a
container prints."""

import base64
import json
import subprocess

from daemon import COUNTING, STAYS
from waiting import PATIENCE, wait_for


def objects(app):
    """Every line must be an object that names the app."""
    lines = app.output.split("\n")
    found = [json.loads(line) for line in lines[:-1]]
    assert all(one["app"] == "app" for one in found)
    return found


def printed(app, process, stream="stdout"):
    return [one for one in objects(app)
            if one["process"] == process and one.get("stream") == stream]


def test_lines_have_process_stream_number_and_time(app):
    app.procfile(alpha=f"echo Ready; echo Trouble >&2; printf '\\377\\n'; printf '\\033[1mbold\\n';"
                       f" {STAYS}")
    app.start("--format", "json")
    wait_for("four lines", lambda: len(printed(app, "alpha.1")) >= 3
             and printed(app, "alpha.1", "stderr"))
    ready, odd, bold = printed(app, "alpha.1")
    assert list(ready) == ["app", "seq", "time", "source", "process", "stream", "line"]
    assert (ready["source"], ready["line"]) == ("app", "Ready")
    assert ready["time"].endswith("+00:00") and "T" in ready["time"]
    assert base64.b64decode(odd["base64"]) == b"\xff" and "line" not in odd
    assert bold["line"] == "\x1b[1mbold" and "\x1b" not in app.output
    assert printed(app, "alpha.1", "stderr")[0]["line"] == "Trouble"
    started = next(one for one in objects(app) if one.get("pid"))
    assert started["line"] == f"started with pid {app.pid('alpha.1')}"
    assert (started["source"], started["process"]) == ("muster", "alpha.1")
    # The same as ctl prints, but for the name.
    assert {"app": "app", **app.records("-n", 10, "-p", "alpha")[-1]} in objects(app)
    assert app.stop() == 0
    assert objects(app)[-1]["source"] == "muster"


def test_a_line_that_goes_on_says_so(app):
    app.procfile(alpha=f"printf unfinished; {STAYS}")
    app.start("--format", "json")
    wait_for("the line", lambda: printed(app, "alpha.1"))
    assert printed(app, "alpha.1")[0]["partial"] is True


def test_a_supervisor_that_dies_tears_no_object_and_loses_no_line(app):
    app.procfile(alpha=COUNTING)
    app.start("--format", "json", "--no-timestamp", "--color", "always")
    for _ in range(3):
        before = app.status()["lines"]
        wait_for("more lines", lambda before=before: app.status()["lines"] > before + 1000)
        app.kill_supervisor()
    assert app.stop() == 0
    assert app.errors.count("{") == 0
    torn = 0
    numbers = []
    for text in app.output.split("\n")[:-1]:
        try:
            one = json.loads(text)
        except ValueError:
            torn += 1
            continue
        if one["process"] == "alpha.1" and one["source"] == "app":
            numbers.append(int(one["line"]))
    # A supervisor that is killed in the midst of a write has its successor print that record again.
    assert torn <= 3
    assert sorted(set(numbers)) == list(range(numbers[-1] + 1))


def test_a_form_that_is_not_known_is_refused(app):
    app.procfile(alpha=STAYS)
    done = subprocess.run(app.command("--format", "yaml"), capture_output=True, text=True,
                          timeout=PATIENCE, env=app.home.environment)
    assert done.returncode == 2
    assert "'yaml' is none of json, text" in done.stderr
