"""Procfiles and .env files as odd as real ones."""

import pytest


@pytest.mark.parametrize("name, content", [
    ("CRLF", b"alpha: echo hello; exec sleep 1000\r\nbravo: exec sleep 1000\r\n"),
    ("lone CR", b"alpha: echo hello; exec sleep 1000\rbravo: exec sleep 1000\r"),
    ("BOM", b"\xef\xbb\xbfalpha: echo hello; exec sleep 1000\nbravo: exec sleep 1000\n"),
    ("tabs", b"\talpha:\techo hello; exec sleep 1000\t\n bravo:exec sleep 1000 \t\n"),
    ("no final newline", b"alpha: echo hello; exec sleep 1000\nbravo: exec sleep 1000"),
    ("blank lines and comments", b"\n\n# alpha: no\n  # no\nalpha: echo hello; exec sleep 1000\n\n"
                                 b"bravo: exec sleep 1000\n\n"),
    ("duplicates", b"alpha: exit 1\nbravo: exec sleep 1000\n"
                   b"alpha: echo hello; exec sleep 1000\n"),
    ("junk between", b"alpha: echo hello; exec sleep 1000\nthis is not a type\n: x\nempty:\n"
                     b"bravo: exec sleep 1000\n"),
])
def test_two_types_are_found(app, name, content):
    app.write("Procfile", content)
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    app.wait_log("app[alpha.1]: hello")


def test_warnings_are_said_at_the_start(app):
    app.write("Procfile", b"alpha: exec sleep 1000\njunk\n")
    app.start()
    assert "Procfile:2" in app.errors + app.output + "\n".join(app.logs())


def test_names_with_dashes_digits_and_underscores(app):
    app.write("Procfile", b"a-b_c9: exec sleep 1000\n9to5: exec sleep 1000\n")
    app.start()
    app.wait_states({"9to5.1": "up", "a-b_c9.1": "up"})
    app.ok("scale", "a-b_c9=2", "9to5-1")
    app.wait_states({"a-b_c9.1": "up", "a-b_c9.2": "up"})


def test_another_name_and_place(app):
    app.write("deploy/Procfile.prod", "alpha: exec sleep 1000\n")
    app.start("-f", app.directory / "deploy/Procfile.prod")
    app.pid("alpha.1")


def test_an_odd_env_file(app):
    app.write(".env", b"\xef\xbb\xbfA=one\r\n# B=no\r\nexport C='two  words'\r\n"
                      b'D="line\\nbreak"\r\nE=a=b#c\r\nnonsense\r\nA=last\r\n')
    app.procfile(alpha='echo "$A|$B|$C|$D|$E"; exec sleep 1000')
    app.start()
    app.wait_log("app[alpha.1]: last||two  words|line")
    app.wait_log("app[alpha.1]: break|a=b#c")


def test_many_types(app):
    names = [f"type{n}" for n in range(60)]
    app.procfile(**{name: "exec sleep 1000" for name in names})
    app.start("-m", "type0=1,type59=1")
    app.wait_states({"type0.1": "up", "type59.1": "up"})
    assert len(app.formation().split()) == 60
