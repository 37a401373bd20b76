"""A push that fails shows why: the last lines of what did not come up, how it ended, what is
probably missing, and the truth about what runs now. Each with a real git push."""

import pytest
from pushes import Work, created

BOOM = "import sys\nfor n in range(30): print('line', n)\nsys.exit('boom')\n"


@pytest.fixture
def work(app):
    # The base port of the daemon that the hook starts.
    app.home.environment["PORT"] = str(app.home.port)
    work = Work(app)
    created(work)
    yield work
    app.ctl("shutdown")


@pytest.fixture
def running(work):
    """v1 of it runs."""
    work.commit("one")
    work.pushed()
    return work


def refused(work, *words):
    """The lines of a push that is refused, each as git shows it."""
    status, lines = work.push(*words)
    assert status != 0, lines
    return [line.strip() for line in lines]


def holds(lines, *parts):
    missing = [part for part in parts if not any(part in line for line in lines)]
    assert not missing, "\n".join([f"missing {missing} in:", *lines])


def test_the_last_twenty_lines_how_it_ended_and_what_runs(running):
    running.app.write("boom.py", BOOM)
    running.commit("two", web="python3 boom.py", worker="tail -f /dev/null")
    lines = refused(running)
    holds(lines, "v2 did not come up: web.1 crashed (exit 1)",
          "v3, which is v1 again, runs: web=1")
    begin = lines.index("The last lines of web.1:")
    assert lines[begin + 1:begin + 21] == [*(f"line {n}" for n in range(11, 30)), "boom"]
    assert running.app.row("web.1")["state"] == "up"


def test_how_a_process_was_killed(running):
    running.commit("two", web="sh -c 'echo last words; kill -9 $$'")
    holds(refused(running), "web.1 crashed (exit 137, as by SIGKILL)", "last words")


def test_that_nothing_was_printed_is_said_too(running):
    running.commit("two", web="sh -c 'exit 3'")
    holds(refused(running), "web.1 crashed (exit 3)", "web.1 has printed nothing")


def test_what_listens_elsewhere_is_told_of_its_port(running):
    running.app.write("muster.toml", "[web]\nboot_timeout = '1s'\n")
    running.commit("two", web="echo ready somewhere; exec tail -f /dev/null")
    holds(refused(running), "web.1 not ready within 1 seconds", "ready somewhere", "runs: web=1")


@pytest.mark.parametrize("file, command", [
    ("package.json", "npm install"), ("package-lock.json", "npm ci"),
    ("requirements.txt", "pip install -r requirements.txt"), ("Gemfile", "bundle install"),
    ("go.mod", "go build"), ("Cargo.toml", "cargo build"), ("composer.json", "composer install"),
])
def test_a_missing_command_names_what_says_what_is_needed(work, file, command):
    work.app.write(file, "")
    work.commit("one", web="venv/bin/no-such-server --port $PORT")
    holds(refused(work), f"There is a {file} and no bin/build", command, "Nothing of app runs")


@pytest.mark.parametrize("web", [
    "no-such-server -p $PORT", "exec no-such-server", "sh -c 'no-such-server; exit $?'",
    "python3 -c 'import no_such_module'", "env no-such-server"])
def test_each_way_in_which_something_is_missing(work, web):
    work.app.write("requirements.txt", "")
    work.commit("one", web=web)
    holds(refused(work), "There is a requirements.txt and no bin/build")


def test_what_fails_otherwise_or_was_built_gets_no_such_advice(work):
    work.app.write("package.json", "{}")
    work.commit("one", web="echo boom; exit 3")
    assert not any("bin/build" in line for line in refused(work))
    work.app.write("bin/build", "#!/bin/sh\n").chmod(0o755)
    work.commit("two", web="no-such-server; exit $?")
    lines = refused(work)
    holds(lines, "exit 127, command not found")
    assert not any("no bin/build" in line for line in lines)


def test_a_build_program_that_cannot_be_run_is_said_at_once(work):
    work.app.write("bin/build", "#!/bin/sh\ntouch built\n").chmod(0o644)
    work.commit("one")
    holds(work.pushed(), "Warning: bin/build is not executable and was not run: "
                         "git update-index --chmod=+x bin/build")


def test_warnings_of_all_files_with_their_lines(work):
    work.app.write(".env", "A=1\nB = 2\n")
    work.app.write("muster.toml", "[web]\ndirectory = 'no/where'\n[worker]\nuser = 'nobody-is'\n")
    work.commit("one")
    with open(work.app.directory / "Procfile", "a", encoding="utf-8") as procfile:
        procfile.write("junk\n")
    work.git("commit", "-qam", "junk")
    lines = refused(work)
    holds(lines, "Warning: Procfile:3: not of the form", "Warning: .env:2: there is a blank",
          "Warning: muster.toml: [web] there is no directory 'no/where' here",
          "Warning: muster.toml: [worker] there is no user 'nobody-is' here")


def test_all_errors_of_the_settings_are_shown(running):
    running.app.write("muster.toml", "[web]\ngrace = true\nno_such_key = 1\n[worker]\nready = 7\n")
    running.commit("two")
    holds(refused(running), "muster.toml:2:", "muster.toml:3:", "muster.toml:5:",
          "v1 still runs: web=1")


@pytest.mark.parametrize("file, text", [("Procfile", "web: a\n"), (".env", "A=1\n"),
                                        ("muster.toml", "[web]\ngrace = '1s'\n")])
def test_a_conflict_that_is_not_resolved_is_refused_everywhere(running, file, text):
    app = running.app
    before = app.pid("web.1")
    running.commit("two")
    conflict = f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> topic\n"
    app.write(file, (app.directory / file).read_text() + conflict
              if (app.directory / file).exists() else conflict)
    line = (app.directory / file).read_text().splitlines().index("<<<<<<< HEAD") + 1
    told = f"{file}:{line}: a merge conflict is not resolved ('<<<<<<< HEAD')"
    running.git("add", "-A")
    running.git("commit", "-qm", "conflict")
    holds(refused(running), told, "v1 still runs: web=1")
    assert told in app.refused("check")
    assert app.pid("web.1") == before


def test_a_reload_and_a_start_refuse_a_conflict_and_change_nothing(app):
    app.procfile(alpha="exec tail -f /dev/null")
    app.start()
    pid = app.pid("alpha.1")
    app.write("Procfile", "alpha: one\n<<<<<<< HEAD\nbravo: x\n=======\n>>>>>>> topic\n")
    assert "Procfile:2: a merge conflict" in app.refused("reload")
    assert app.pid("alpha.1") == pid and app.formation() == "alpha=1"
    app.stop()
    done = app.start_in_background()
    assert done.returncode != 0 and "Procfile:2: a merge conflict" in done.stderr


def test_each_step_and_each_process_has_a_line(running):
    running.app.ok("scale", "web=2", "worker=1")
    running.commit("two", web="python3 serve.py", worker="tail -f /dev/null",
                   release="echo migrates")
    lines = [line.strip() for line in running.pushed()]
    steps = ["-----> Launching", "migrates", "web.1 up", "web.2 up", "-----> Launching... done, v2"]
    places = [lines.index(step) for step in steps]
    assert places == sorted(places), lines
    assert places[0] < lines.index("worker.1 up") < places[-1]
    assert sum(line.endswith(" up") for line in lines) == 3


def test_a_release_process_that_fails_has_shown_why(running):
    running.app.write("package.json", "{}")
    running.commit("two", web="python3 serve.py", release="echo migrating; no-such-tool")
    lines = refused(running)
    holds(lines, "migrating", "Release v2 was not made: release.2 ended with status 127",
          "There is a package.json and no bin/build", "v1 still runs: web=1")


def test_what_was_not_up_before_is_not_said_to_run(running):
    app = running.app
    app.ok("scale", "worker=1")
    app.wait_state("worker.1", "up")
    app.ok("stop", "worker.1")
    running.app.write("bin/build", "#!/bin/sh\necho no; exit 7\n").chmod(0o755)
    running.commit("two")
    holds(refused(running), "bin/build failed with status 7", "v1 still runs: web=1")
    app.ok("scale", "web=0")
    holds(refused(running), "Nothing of app runs")
