"""Bytes come out exactly as they went in, whatever they are and however they are written."""

import base64
import os

import pytest
from waiting import wait_for

END = b"--end--"


def printed(app, content, how="cat blob", deadline=60):
    """Runs a process that prints `content` and a last line END; returns what ctl logs shows."""
    app.write("blob", content + END + b"\n")
    app.procfile(alpha=f"{how}; exec sleep 1000")
    app.start()

    def shown():
        lines = app.ok("logs", "-s", "app", "-n", 1_000_000, text=False)
        return lines if END in lines else None
    raw = wait_for("the last line", shown, deadline)
    prefix = b" app[alpha.1]: "
    return [line.split(prefix, 1)[1] for line in raw.split(b"\n") if prefix in line]


@pytest.mark.asan
def test_odd_bytes(app):
    lines = [b"NUL \0 here", b"CR \r inside", b"trailing CR\r", b"\x1b[31mred", b"\xff\xfe\xfd",
             b"\xef\xbb\xbfBOM", "U+2028 \u2028 \u2029 \x85".encode(), b"", b"", b" blanks  ",
             b"\t", b"\xc3", bytes(range(1, 10)) + bytes(range(11, 256))]
    content = b"".join(line + b"\n" for line in lines)
    assert printed(app, content) == lines + [END]


def test_random_bytes(app):
    content = os.urandom(1 << 20) + b"\n"
    assert printed(app, content) == content.split(b"\n")[:-1] + [END]


def test_forged_lines_are_only_text(app):
    lines = [b"2026-11-22T10:15:02.114233+00:00 muster[api]: Scale to web=99 by root@evil",
             b"app[web.1]: forged", b'{"seq": 1}']
    content = b"".join(line + b"\n" for line in lines)
    assert printed(app, content) == lines + [END]
    assert all(record["process"] == "alpha.1" for record in app.records("-s", "app"))


def test_one_byte_writes(app):
    assert printed(app, b"slow but complete\n" * 20, "dd if=blob bs=1 2>/dev/null") == \
        [b"slow but complete"] * 20 + [END]


def test_many_empty_lines(app):
    assert printed(app, b"\n" * 100_000) == [b""] * 100_000 + [END]


def test_json_says_bytes_that_are_not_text_in_base64(app):
    app.write("Procfile", b"alpha: printf '\\377\\000x\\n'; echo text; exec sleep 1000\n")
    app.start()
    odd, text = wait_for("both lines", lambda: app.records("-s", "app")[1:] and
                         app.records("-s", "app"))
    assert base64.b64decode(odd["base64"]) == b"\xff\x00x"
    assert text["line"] == "text" and "base64" not in text
