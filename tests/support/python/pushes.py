"""The repository of somebody who works on an app and pushes it, with a real git and no network."""

import subprocess

SERVES = """import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(open("version").read().encode())
    def log_message(self, *words):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


class Work:
    """The repository of somebody who works on the app."""

    def __init__(self, app):
        self.app = app
        self.env = {**app.home.environment, "GIT_CONFIG_GLOBAL": "/dev/null",
                    "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a",
                    "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
                    "GIT_COMMITTER_EMAIL": "a@b"}
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.app.directory, env=self.env, text=True,
                              capture_output=True, timeout=120, check=False)

    def commit(self, version, **types):
        types = types or {"web": "python3 serve.py", "worker": "tail -f /dev/null"}
        self.app.write("serve.py", SERVES)
        self.app.write("version", version)
        self.app.procfile(**types)
        self.git("add", "-A")
        done = self.git("commit", "-q", "-m", version)
        assert done.returncode == 0, done.stderr
        return self.git("rev-parse", "HEAD").stdout.strip()

    def push(self, *words):
        """The lines of the other side, as git shows them but without its prefix."""
        done = self.git("push", "muster", *(words or ["main"]))
        lines = [line.removeprefix("remote: ").rstrip() for line in done.stderr.splitlines()]
        return done.returncode, lines

    def begin_push(self):
        return subprocess.Popen(["git", "push", "-q", "muster", "main"], cwd=self.app.directory,
                                env=self.env, stderr=subprocess.PIPE, text=True)

    def pushed(self, *words):
        status, lines = self.push(*words)
        assert status == 0, lines
        return lines


def created(work):
    assert work.app.ok("create") == (
        f"Creating app... done\n{work.app.home.state}/repository.git\nGit remote muster added\n")
    return work
