"""muster-drain, run by hand: every line arrives, whoever is killed, and none twice unseen."""

import subprocess
from pathlib import Path

import pytest
from daemon import STAYS
from drains import HandDrain, kill_supervisor
from receivers import HttpReceiver, Rsyslog, certificate
from waiting import wait_for

# Three hundred numbers for each line that it is given.
COUNTS = """i=0; while read -r line < go; do
  j=0; while [ $j -lt 300 ]; do j=$((j+1)); i=$((i+1)); echo $i; done
  [ "$line" != last ] || echo end
done"""
ECHOES = "while read -r line < go; do echo \"$line\"; done"


@pytest.fixture
def drained(app):
    """Makes a receiver of a class and a drain to it; ends both."""
    made = []

    def make(kind, url, *options, tls=False):
        receiver = kind(app.home, app.home.port + 990)
        receiver.certificate = certificate(app.home) if tls else None
        if tls:
            options = ("--ca", receiver.certificate[0], *options)
        drain = HandDrain(app, url.format(f"127.0.0.1:{receiver.port}"), *options)
        made.extend((drain, receiver))
        return receiver, drain
    yield make
    for one in made:
        one.end()


def numbers_of(lines):
    return [int(line) for line in lines if line.isdigit()]


def assert_complete(lines):
    """Without a gap; what comes again was there before."""
    numbers = numbers_of(lines)
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))


def assert_repeats_are_the_same(batches):
    seen = {}
    for batch in batches:
        assert seen.setdefault(batch["id"], batch["messages"]) == batch["messages"]
    lines = [text for messages in seen.values() for source, _, text in messages
             if source == "app"]
    numbers = numbers_of(lines)
    assert len(numbers) == len(set(numbers)), "a repeat has another id"


def storm(app, receiver, drain):
    """Each of the three is killed three times, with lines under way and when some have arrived."""
    app.procfile(web="sh counts")
    app.write("counts", COUNTS)
    go = app.gate("go")
    receiver.start()
    app.start()
    drain.start()
    for _ in range(3):
        for restart in (drain, receiver):
            go.say("more")
            restart.kill()
            restart.start()
            count = len(receiver.lines("web.1"))
            go.say("more")
            wait_for("lines", lambda seen=count: len(receiver.lines("web.1")) > seen)
            restart.kill()
            restart.start()
        go.say("more")
        kill_supervisor(app)
    go.say("last")
    wait_for("the last line", lambda: "end" in receiver.lines("web.1"))


@pytest.mark.parametrize("url,tls", [("http://{}/logs", False), ("https://{}/logs", True),
                                     ("webhook+http://{}/", False)])
def test_kills_of_drain_receiver_and_daemon_lose_no_line(app, drained, url, tls):
    receiver, drain = drained(HttpReceiver, url, "--from-start", tls=tls)
    storm(app, receiver, drain)
    assert_complete(receiver.lines("web.1"))
    assert_repeats_are_the_same(receiver.batches())


@pytest.mark.parametrize("url,tls", [("syslog://{}", False), ("syslog+tls://{}", True)])
def test_kills_lose_no_line_to_the_real_rsyslog(app, drained, url, tls):
    receiver, drain = drained(Rsyslog, url, "--from-start", tls=tls)
    storm(app, receiver, drain)
    assert_complete(receiver.lines("web.1"))


def test_it_begins_with_the_next_line_and_ships_the_rest_when_it_is_told_to_end(app, drained):
    receiver, drain = drained(HttpReceiver, "http://user:secret@{}/logs")
    app.procfile(web=ECHOES)
    go = app.gate("go")
    receiver.start()
    app.start()
    go.say("before")
    app.wait_log("app[web.1]: before")
    drain.start()
    drain.wait_begun()
    go.say("after \xff")
    app.wait_log("app[web.1]: after \xff")
    wait_for("the line", lambda: receiver.lines("web.1") == ["after \xff"])
    drain.stop()
    assert receiver.batches()[0]["authorization"] == "Basic dXNlcjpzZWNyZXQ="


def test_a_batch_that_is_refused_for_one_line_costs_that_line_only(app, drained):
    receiver, drain = drained(HttpReceiver, "http://{}/logs", "--from-start")
    app.procfile(web="cat words; " + STAYS)
    app.write("words", "one\npoison\n\nthree\n")
    receiver.start()
    app.start()
    drain.start()
    wait_for("the others", lambda: receiver.lines("web.1") == ["one", " ", "three"])
    assert [row["process"] for row in drain.rejected()] == ["web.1"]
    assert "a line is put aside" in drain.text()


def test_a_receiver_that_says_no_gets_the_same_batch_later(app, drained):
    receiver, drain = drained(HttpReceiver, "http://{}/logs", "--from-start")
    app.procfile(web="echo one; " + STAYS)
    receiver.answers(503, **{"Retry-After": "1"})
    receiver.start()
    app.start()
    drain.start()
    wait_for("a word about it", lambda: "the receiver answers 503" in drain.text())
    assert not receiver.batches() and drain.cursor()[1] > 0
    receiver.accepts()
    wait_for("the line", lambda: receiver.lines("web.1") == ["one"])
    wait_for("the cursor", lambda: drain.cursor()[1] == 0)
    assert "accepts again" in drain.text()


def test_a_file_gets_every_line_when_the_drain_is_killed(app, drained):
    _, drain = drained(HttpReceiver, "file://" + str(app.home.path / "lines"), "--from-start")
    lines = app.home.path / "lines"
    app.procfile(web="i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line-$i; done; " + STAYS)
    app.start()

    def reached(number):
        return lambda: lines.exists() and f'"line-{number}"' in lines.read_text()
    for number in (1, 2000, 5000):
        drain.start()
        wait_for(f"line {number}", reached(number))
        drain.kill()
    text = lines.read_text()
    assert all(f'"line-{number}"' in text for number in range(1, 5001))


@pytest.mark.parametrize("url,said", [
    ("https://user:geheim@{}/geheim", "certificate"),
    ("syslog+tls://user:geheim@{}", "is not trusted: self-signed certificate")])
def test_a_test_says_in_words_that_a_certificate_is_not_trusted(app, drained, url, said):
    receiver, drain = drained(HttpReceiver, url, tls=True)
    drain.options = ()
    receiver.start()
    done = drain.test()
    assert done.returncode == 1 and said in done.stdout
    assert "geheim" not in done.stdout + done.stderr


def test_a_test_says_that_a_receiver_accepts_or_is_not_there(app, drained):
    receiver, drain = drained(HttpReceiver, "http://{}/logs")
    assert drain.test().stdout.count("Connection refused") == 1
    receiver.start()
    done = drain.test()
    assert done.returncode == 0 and "a line was sent and accepted" in done.stdout


def test_an_address_that_others_may_read_is_refused_and_secrets_are_shown_nowhere(app, drained):
    receiver, drain = drained(HttpReceiver, "http://user:geheim@{}/geheim", "--from-start")
    app.procfile(web="echo one; " + STAYS)
    drain.url_file.chmod(0o644)
    assert "chmod 600" in drain.test().stderr
    drain.url_file.chmod(0o600)
    app.start()
    drain.start()
    wait_for("a word about it", lambda: "user:***@" in drain.text())
    receiver.start()
    wait_for("the line", lambda: receiver.lines("web.1") == ["one"])
    proc = Path(f"/proc/{drain.popen.pid}")
    shown = [drain.text(), (proc / "cmdline").read_text(), (proc / "environ").read_text(),
             subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True).stdout,
             app.output, app.errors, app.ok("logs", "--json"), app.ok("status", "--json")]
    kept = [path.read_text(errors="replace") for path in app.home.state.rglob("*")
            if path.is_file()]
    assert not any("geheim" in text for text in shown + kept)
