"""Receivers of drains, each a program of its own that is killed and started again on its port.

    receivers.py http PORT FILE [CERTIFICATE KEY]

is a double of a receiver of Heroku's drain format and of JSON lines, as strict as the strictest one
that is known: it splits at newlines, counts, and refuses a batch whose count differs, whose frames
have another length than they say, or which is not UTF-8. FILE gets a JSON object for each batch
that is accepted, before it is answered. FILE.answer, if it is there, has the status, and the
headers, of each answer from then on; a batch with the word "poison" is always refused.
"""

import http.server
import json
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

from programs import need
from waiting import wait_for

FRAME = re.compile(rb"<(\d+)>1 (\S+) (\S+) (\S+) (\S+) - (.+)", re.DOTALL)


def logplex_messages(headers, body):
    """Raises ValueError for what a strict receiver refuses."""
    for name in "Logplex-Msg-Count", "Logplex-Frame-Id", "Logplex-Drain-Token":
        if name not in headers:
            raise ValueError(f"no {name}")
    frames, rest = [], body
    while rest:
        length, rest = rest.split(b" ", 1)
        frames.append(rest[:int(length)])
        rest = rest[int(length):]
    by_line = [line for line in body.decode("utf-8").split("\n") if line]
    if not len(frames) == len(by_line) == int(headers["Logplex-Msg-Count"]):
        raise ValueError("the count is wrong")
    messages = []
    for frame in frames:
        match = FRAME.fullmatch(frame)
        if not match or not frame.endswith(b"\n"):
            raise ValueError(f"no frame: {frame[:80]}")
        messages.append([match[4].decode(), match[5].decode(), match[6][:-1].decode()])
    return messages


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.server.path
        is_json = self.headers["Content-Type"] == "application/x-ndjson"
        try:
            if b"poison" in body:
                raise ValueError("a bad line")
            if is_json:
                batch = self.headers["Muster-Batch-Id"]
                messages = [[row["source"], row["process"], row["line"]] for row in
                            map(json.loads, body.decode().splitlines())]
            else:
                batch = self.headers["Logplex-Frame-Id"]
                messages = logplex_messages(self.headers, body)
        except ValueError as problem:
            return self.answer(400, str(problem))
        if os.path.exists(path + ".answer"):
            with open(path + ".answer") as file:
                said = json.load(file)
            return self.answer(said["status"], "as told", said.get("headers", {}))
        with open(path, "a") as file:
            file.write(json.dumps({"id": batch, "messages": messages,
                                   "authorization": self.headers["Authorization"]}) + "\n")
        return self.answer(202, "")

    def answer(self, status, text, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """It prints nothing."""


class Receiver:
    """A receiver at a port of the test's own."""

    def __init__(self, home, port):
        self.home, self.port, self.popen = home, port, None
        self.file = home.path / "received"

    def command(self):
        raise NotImplementedError

    def start(self):
        self.popen = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                      env=self.home.environment)
        wait_for("the receiver to listen", self.listens)

    def listens(self):
        with open("/proc/net/tcp") as file:
            return any(line.split()[1:4:2] == [f"0100007F:{self.port:04X}", "0A"] for line in file)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def end(self):
        if self.popen and self.popen.poll() is None:
            self.kill()


class HttpReceiver(Receiver):
    certificate = None

    def command(self):
        return [sys.executable, "-B", __file__, "http", str(self.port), str(self.file),
                *(self.certificate or [])]

    def batches(self):
        if not self.file.exists():
            return []
        text = self.file.read_text()
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def lines(self, process):
        """What the process has printed."""
        return [text for batch in self.batches() for source, name, text in batch["messages"]
                if source == "app" and name == process]

    def answers(self, status, **headers):
        self.file.with_name("received.next").write_text(
            json.dumps({"status": status, "headers": headers}))
        self.file.with_name("received.next").rename(f"{self.file}.answer")

    def accepts(self):
        Path(f"{self.file}.answer").unlink()


class Rsyslog(Receiver):
    """The real one, without a queue of its own, whose words would be its own."""

    certificate = None

    def command(self):
        tls = ""
        if self.certificate:
            tls = ('global(defaultNetstreamDriver="ossl" '
                   f'defaultNetstreamDriverCAFile="{self.certificate[0]}" '
                   f'defaultNetstreamDriverCertFile="{self.certificate[0]}" '
                   f'defaultNetstreamDriverKeyFile="{self.certificate[1]}")\n')
        mode = 'streamdriver.name="ossl" streamdriver.mode="1" streamdriver.authmode="anon"'
        (self.home.path / "rsyslog.conf").write_text(tls + f"""
module(load="imtcp" {mode if self.certificate else ""})
input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="all")
template(name="lines" type="string" string="%procid% %msg%\\n")
ruleset(name="all" queue.type="direct") {{
  action(type="omfile" file="{self.file}" template="lines" flushOnTXEnd="on")
}}
""")
        (self.home.path / "rsyslog.pid").unlink(missing_ok=True)
        return [need("/usr/sbin/rsyslogd"), "-n", "-f", str(self.home.path / "rsyslog.conf"),
                "-i", str(self.home.path / "rsyslog.pid")]

    def lines(self, process):
        if not self.file.exists():
            return []
        rows = [line.split(" ", 1) for line in self.file.read_text().splitlines()]
        return [row[1].strip() for row in rows if row[0] == process and len(row) == 2]


def certificate(home):
    """(certificate, key) for 127.0.0.1, signed by itself."""
    files = str(home.path / "own.crt"), str(home.path / "own.key")
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=drain", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def main(_, port, path, *tls):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.path = path
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
