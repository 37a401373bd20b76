"""A page of documentation as a script: its files, its commands and what they are to show.

Keeps: a command that shows anything else is an error with the page's line and a diff. The fences:

    ```python web.py   the last word is a file's name: the reader writes this file
    ```console         what follows "$ " is a command, the rest is what it shows; it must succeed
    ```console fails   the same, but it must fail
    ```console stays   it goes on; its lines must come, in whatever order
    ```console ends    "^C" is pressed where one goes on; further lines must come, and it must end

Every command has a terminal. What stands after ">>> " is typed there when that prompt is shown.
A line "..." is any number of lines, "..." within a line is any text. The rest must be equal after
ALIKE has been applied to both sides. Ports from 5000 on stand for those of the test.
"""

import difflib
import os
import re
from dataclasses import dataclass, field

from home import BIN, PORTS
from terminal import Terminal
from waiting import wait_for

# The texts that differ from one time to the next, and what is compared in their place.
ALIKE = [(re.compile(pattern), name) for pattern, name in [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", "<time>"),
    (r"\b\d\d:\d\d:\d\d\b", "<clock>"),
    (r"\bpid \d+\b", "<pid>"),
    (r"\bfor \d+[smh] +", "<age> "),
    (r"\bby \S+@\S+", "<who>"),
]]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours and modes of a terminal
MOVES = re.compile(r"(\r|\x08|\x1b\[K)")  # to the line's start, a column back, erase the rest
PORT = re.compile(r"\b5\d\d\d\b")
PROMPT = ">>> "


@dataclass
class Step:
    """A file to write, or a command and the lines that it is to show."""
    line: int
    kind: str  # file, runs, fails, stays or ends
    what: str
    text: list = field(default_factory=list)


def steps_of(page):
    """What the fences of a page have the reader do, in order."""
    steps, words = [], None
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            words = None if words else line[3:].split()
            if words and words[0] != "console":
                steps.append(Step(number, "file", words[-1]))
        elif words and words[0] == "console" and (line.startswith("$ ") or line == "^C"):
            kind = words[1] if words[1:] else "runs"
            steps.append(Step(number, kind, line.removeprefix("$ ")))
        elif words:
            steps[-1].text.append(line)
    return steps


def on_screen(line):
    """A line as it stands there when all was written over that was."""
    cells, at = "", 0
    for part in MOVES.split(line):
        if part == "\r":
            at = 0
        elif part == "\x08":
            at = max(at - 1, 0)
        elif part == "\x1b[K":
            cells = cells[:at]
        else:
            part = CONTROL.sub("", part)
            cells = cells[:at] + part + cells[at + len(part):]
            at += len(part)
    return cells.rstrip()


def plain(shown):
    """Lines as they stand on the screen in the end."""
    lines = shown.decode(errors="replace").split("\n")
    return [on_screen(line) for line in lines[:-1] + ([lines[-1]] if lines[-1] else [])]


def alike(line):
    for pattern, name in ALIKE:
        line = pattern.sub(name, line)
    return line


def pattern_of(wanted):
    """What the lines of a page match, with the newlines behind them."""
    def one(line):
        return r"(.*\n)*?" if line == "..." else \
            ".*".join(map(re.escape, alike(line).split("..."))) + "\n"
    return "".join(map(one, wanted))


def fits(wanted, seen):
    return re.fullmatch(pattern_of(wanted), "".join(alike(line) + "\n" for line in seen))


def all_came(wanted, seen):
    """Each of the wanted lines is there, in whatever order, as often as it is wanted."""
    left = list(seen)
    for line in wanted:
        if line != "...":
            found = next((other for other in left if fits([line], [other])), None)
            if found is None:
                return False
            left.remove(found)
    return True


class Tutorial:
    """The reader: goes through the steps in one directory, with one terminal a command."""

    def __init__(self, path, directory, home):
        self.path, self.directory, self.base = path, directory, home.port
        self.env = {**home.environment, "PATH": f"{BIN}:{os.environ['PATH']}",
                    "PORT": str(home.port), "GIT_CONFIG_GLOBAL": "/dev/null",
                    "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "adam",
                    "GIT_AUTHOR_EMAIL": "adam@box", "GIT_COMMITTER_NAME": "adam",
                    "GIT_COMMITTER_EMAIL": "adam@box", "LC_ALL": "C.UTF-8",
                    "PYTHON_BASIC_REPL": "1"}  # newer ones draw their prompt again and again
        self.going_on = []

    def go_through(self, page):
        try:
            for step in steps_of(page):
                getattr(self, step.kind)(step)
            assert not self.going_on, f"{self.path}: a command has no `console ends`"
        finally:
            for terminal in reversed(self.going_on):
                terminal.__exit__()

    # ---- steps

    def file(self, step):
        path = self.directory / step.what
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.with_own_ports("\n".join(step.text) + "\n"))

    def runs(self, step, *, fails=False):
        with self.begin(step) as terminal:
            self.type_into(terminal, step)
            status = self.awaited(step, terminal, lambda: [terminal.wait_end()])[0]
            seen = self.seen(terminal)
            assert fits(step.text, seen), self.difference(step, seen)
            assert (status != 0) == fails, f"{self.place(step)}: status {status}"

    def fails(self, step):
        self.runs(step, fails=True)

    def stays(self, step):
        terminal = self.begin(step)
        self.going_on.append(terminal)
        self.awaited(step, terminal, lambda: wait_for(
            "these lines", lambda: all_came(step.text, self.seen(terminal))))

    def ends(self, step):
        terminal = self.going_on[-1]
        before = len(self.seen(terminal))
        terminal.press(b"\x03")
        self.awaited(step, terminal, terminal.wait_end)
        seen = self.seen(terminal)[before:]
        assert all_came(step.text, [line.removeprefix("^C") for line in seen]), \
            self.difference(step, seen)
        self.going_on.pop().__exit__()

    # ---- what they have in common

    def begin(self, step):
        return Terminal(["bash", "-c", self.with_own_ports(step.what)], self.env, self.directory)

    def with_own_ports(self, text):
        return PORT.sub(lambda found: str(int(found[0]) - 5000 + self.base), text)

    def type_into(self, terminal, step):
        prompts = 0
        for line in step.text:
            if line.startswith(PROMPT):
                prompts += 1
                self.awaited(step, terminal, lambda wanted=prompts: wait_for(
                    "a prompt", lambda: terminal.read().count(PROMPT.encode()) >= wanted))
                terminal.press(line.removeprefix(PROMPT).encode() + b"\n")

    def awaited(self, step, terminal, wait):
        """Whatever does not come in time is told as a difference."""
        try:
            return wait()
        except AssertionError as problem:
            raise AssertionError(self.difference(step, self.seen(terminal))) from problem

    def seen(self, terminal):
        """With the ports of the page in the place of the test's."""
        def paged(found):
            port = int(found[0])
            return str(port - self.base + 5000) if 0 <= port - self.base < PORTS else found[0]
        return [re.sub(r"\b\d{5}\b", paged, line) for line in plain(terminal.read())]

    def place(self, step):
        return f"{self.path}:{step.line}: $ {step.what}"

    def difference(self, step, seen):
        lines = difflib.unified_diff([alike(line) for line in step.text],
                                     [alike(line) for line in seen],
                                     "the page", "what was shown", lineterm="")
        return "\n".join([self.place(step), *lines])
