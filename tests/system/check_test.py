"""ctl check reads a Procfile and .env without a daemon, and says file:line for what is odd."""

import json

import pytest


def test_valid(app):
    app.procfile(web="node web.js", worker="node worker.js")
    assert app.ok("check") == "valid procfile detected (web, worker)\n"


def test_warnings_name_the_line_and_strict_makes_them_errors(app):
    app.write("Procfile", "web: one\nwhat is this\nweb: two\n")
    done = app.ctl("check")
    assert done.returncode == 0
    assert done.stdout == "valid procfile detected (web)\n"
    assert "Procfile:2: " in done.stderr
    assert "Procfile:3: " in done.stderr
    assert "Procfile:2: " in app.refused("check", "--strict")


def test_a_name_beyond_its_limit_is_refused_with_the_limit(app):
    """It would be left out otherwise, and what it was to run would be missing."""
    app.procfile(**{"a" * 63: "one", "b" * 64: "two"})
    told = app.refused("check")
    assert "Procfile:2: the name 'bbbbbbbbbbbbbbbbbbbb...' has 64 characters" in told
    assert "at most 63" in told


def test_what_this_machine_lacks_is_a_warning(app):
    app.procfile(web="x", worker="y", timer="z")
    app.write("muster.toml", "[web]\nuser = 'nobody-is-this'\ngroup = '4711'\n"
              "[worker]\ndirectory = 'no/where'\ngroup = 'nor-these'\n"
              "[timer]\ndirectory = '/tmp'\nuser = 'root'\n")
    done = app.ctl("check")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "warning: muster.toml: [web] there is no user 'nobody-is-this' here",
        "warning: muster.toml: [worker] there is no directory 'no/where' here",
        "warning: muster.toml: [worker] there is no group 'nor-these' here"]
    assert "[worker]" in app.refused("check", "--strict")


def test_json(app):
    app.write("Procfile", "web: one $PORT\nworker: two\noops\n")
    app.write(".env", "A=1\nB='two words'\n")
    told = json.loads(app.ok("check", "--json"))
    assert told["types"] == [{"name": "web", "command": "one $PORT"},
                             {"name": "worker", "command": "two"}]
    assert told["env"] == {"A": "1", "B": "two words"}
    warning, = told["warnings"]
    assert "Procfile:3" in json.dumps(warning)


def test_other_files(app):
    app.write("other/Procfile.dev", "dev: run\n")
    app.write("one.env", "A=1\nB=1\n")
    app.write("two.env", "B=2\n")
    told = json.loads(app.ok("check", "-f", "other/Procfile.dev", "-e", "one.env", "-e",
                             "two.env", "--json"))
    assert told["types"] == [{"name": "dev", "command": "run"}]
    assert told["env"] == {"A": "1", "B": "2"}


@pytest.mark.parametrize("content, says", [
    (b"", "no process"), (b"# only a comment\n", "no process"), (b"\x00\xff\xfe", ""),
])
def test_no_types(app, content, says):
    app.write("Procfile", content)
    assert says in app.refused("check").lower()


def test_missing_files(app):
    assert "Procfile" in app.refused("check")
    app.write("Procfile.dev", "web: x\n")
    assert "but a Procfile.dev, which is chosen by: -f Procfile.dev" in app.refused("check")
    app.ok("check", "-f", "Procfile.dev")
    app.procfile(web="x")
    assert "gone.env" in app.refused("check", "-e", "gone.env")


def test_the_reserved_name(app):
    app.write("Procfile", "run: x\nweb: y\n")
    done = app.ctl("check")
    assert "run" in done.stderr
    assert "Procfile:1" in done.stderr


def test_complaints_are_annotations_of_github(app):
    app.write("Procfile", "web: one\nwhat, is: this 100%\n")
    done = app.ctl("check", "--format", "github")
    assert done.returncode == 0 and done.stderr == ""
    line, = done.stdout.splitlines()
    assert line.startswith("::warning file=Procfile,line=2::not of the form")
    strict = app.ctl("check", "--strict", "--format", "github")
    assert strict.returncode == 1 and strict.stdout.startswith("::error file=Procfile,line=2::")
    app.write("muster.toml", "[web]\ngracee = 1\n")
    done = app.ctl("check", "--format", "github")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1].startswith("::error file=muster.toml,line=2::unknown key")


def test_complaints_are_results_of_sarif(app):
    app.procfile(web="one")
    empty, = json.loads(app.ok("check", "--format", "sarif"))["runs"]
    assert empty["results"] == [] and empty["tool"]["driver"]["name"] == "ctl check"
    app.write("muster.toml", "[web]\ngracee = 1\n")
    done = app.ctl("check", "--format", "sarif")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["version"] == "2.1.0"
    result, = told["runs"][0]["results"]
    assert result["level"] == "error" and "gracee" in result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "muster.toml"}, "region": {"startLine": 2}}
    assert app.ctl("check", "--format", "sarif", "--json").returncode == 2
