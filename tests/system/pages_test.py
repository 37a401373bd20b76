"""Every block of README and docs/*.md that a reader could type is typed, or has its reason here why
not. Settings and Procfiles are checked, commands are run beside the shop, one page after the other.
docs/tutorial.md has a test of its own, which also compares what is shown."""

import os
import re
import shutil
import subprocess
import tomllib

import pytest

import isolation
from home import BIN, REPOSITORY
from waiting import PATIENCE, wait_for

# The first lines of blocks that are not typed, and why.
BUILDS = "builds, which has its own test"
DRAWN = "a drawing"
TYPED = "the tutorial and the tests of deploying type it"
OTHERS = "not a command of ours, and no program of the distribution"
CHANGES = "changes the machine"
EXCUSED = {
    "scripts/start": BUILDS,
    "scripts/build dev": BUILDS,
    "scripts/build release": BUILDS,
    "$ ctl create": TYPED,
    "$ musterd examples/shop": "an overview; the tutorial types each",
    "keeper ": DRAWN,
    "child's write(2)": DRAWN,
    "ctl -> DEALER": DRAWN,
    "base/ ": DRAWN,
    "remote: ----->": "an answer of git",
    "Failed to start:": "a message",
    '{"time":': "a message",
    '{"app":': "a line of output",
    "listener, err :=": OTHERS,
    "nginx: nginx -c": "production_test.py runs it",
    "process.on(": OTHERS,
    "$ install -m 600": "needs an account elsewhere; drain_test.py has receivers of its own",
    "ctl import": "import_test.py has such a file",
    "ctl enable": "destroy_test.py does, with a systemctl of its own",
    "systemctl enable": CHANGES,
    "$ ctl -H": "far_test.py has an sshd for it",
    "restrict,command=": "far_serve_test.py has an sshd for it",
    "shipper$ ctl key": "other_machine_test.py does, with both sides on one machine",
    "tar -C /var/lib/muster": CHANGES,
    "ctl -a shop shutdown": "destroy_test.py does",
    "xargs rm": CHANGES,
    "musterd --exit-on": "exit_on_test.py does",
    "$ ctl run rake": "rake is in no package that the tests have",
}
PAGES = ["README.md"] + sorted(
    f"docs/{name}" for name in os.listdir(REPOSITORY / "docs")
    if name.endswith(".md") and name != "tutorial.md") + ["examples/shop/README.md"]
PROCFILE = re.compile(r"[a-z][\w-]*: +\S.*")
PORT = re.compile(r"\b5\d\d\d\b")


def blocks_of(page):
    """(line, its lines) of each block, whether it stands in a fence or is indented."""
    block, fence, begin, was_blank = [], None, 0, True
    for number, line in enumerate([*(REPOSITORY / page).read_text().splitlines(), "."], 1):
        if line.startswith("```"):
            if fence is None:
                fence, begin, block = line[3:].split(), number + 1, []
                continue
            # A block that names a file is typed by the page's own test.
            if not (fence and "/" in fence[-1]):
                yield begin, block
            fence, block = None, []
        elif fence is not None:
            block.append(line)
        elif line.startswith("    ") and (block or was_blank):
            begin = begin if block else number
            block.append(line[4:])
        elif not line and block:
            block.append("")
        elif block:
            yield begin, block
            block = []
        was_blank = not line


def excuse_of(block):
    return next((start for start in EXCUSED if block[0].startswith(start)), None)


def kind_of(block):
    lines = [line for line in block if line]
    if lines[0].startswith(("[", "#")) or re.match(r"\w+ = ", lines[0]):
        return "settings"
    return "Procfile" if all(map(PROCFILE.fullmatch, lines)) else "commands"


class Reader:
    """A reader in the shop's directory while the shop runs."""

    def __init__(self, home):
        self.home, self.shop = home, home.path / "shop"
        shutil.copytree(REPOSITORY / "examples" / "shop", self.shop,
                        ignore=shutil.ignore_patterns("orders"))
        isolation.allow_runs(self.shop)
        self.env = {**home.environment, "PATH": f"{BIN}:{os.environ['PATH']}"}

    def run(self, *command, cwd=None):
        return subprocess.run([str(word) for word in command], cwd=cwd or self.shop, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, env=self.env,
                              timeout=4 * PATIENCE, check=False)

    def begin(self):
        started = self.run(BIN / "musterd", "-d", "-p", self.home.port)
        assert started.returncode == 0, started.stderr
        # There is something to roll back to.
        for value in (1, 2):
            changed = self.run(BIN / "ctl", "config", "set", f"READ={value}")
            assert changed.returncode == 0, changed.stderr
        wait_for("the shop", lambda: self.run(BIN / "ctl", "wait").returncode == 0)

    def end(self):
        if self.home.processes:
            self.run(BIN / "ctl", "-a", "shop", "shutdown")

    def settings(self, block):
        tables = tomllib.loads("\n".join(block))
        needed = {need.split(":")[0] for table in tables.values() if isinstance(table, dict)
                  for need in table.get("needs", [])}
        types = (set(tables) | needed) - {"app", "run"} or {"web"}
        self.check("".join(f"{name}: true\n" for name in sorted(types)), "\n".join(block))

    def procfile(self, block):
        self.check("\n".join(block) + "\n", "")

    def check(self, procfile, settings):
        place = self.home.path / "checked"
        place.mkdir(exist_ok=True)
        (place / "Procfile").write_text(procfile)
        (place / "muster.toml").write_text(settings + "\n")
        done = self.run(BIN / "ctl", "check", cwd=place)
        assert done.returncode == 0, done.stderr

    def commands(self, block):
        typed = [line[2:] for line in block if line.startswith("$ ")] or block
        # A command that only looks on has shown enough with its first line.
        typed = [re.sub(r"^(ctl logs -t[^#]*)", r"\1 | head -n 1 ", line) for line in typed]
        script = PORT.sub(lambda found: str(int(found[0]) - 5000 + self.home.port),
                          "\n".join(typed))
        done = self.run("bash", "-e", "-c", script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"


@pytest.fixture
def reader(home):
    someone = Reader(home)
    yield someone
    someone.end()


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_does_what_it_is_for(reader, page):
    todo = [(line, block) for line, block in blocks_of(page) if block and not excuse_of(block)]
    if any(kind_of(block) == "commands" for _, block in todo):
        reader.begin()
    for line, block in todo:
        try:
            getattr(reader, kind_of(block).lower())(block)
        except (AssertionError, tomllib.TOMLDecodeError) as problem:
            raise AssertionError(f"{page}:{line}: {problem}") from problem


def test_every_excuse_is_needed():
    used = {excuse_of(block) for page in PAGES for _, block in blocks_of(page) if block}
    assert used - {None} == set(EXCUSED)


def test_every_link_leads_to_a_file():
    for page in PAGES + ["docs/tutorial.md"]:
        text = (REPOSITORY / page).read_text()
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http:", "https:")):
                assert ((REPOSITORY / page).parent / target).exists(), f"{page}: {target}"
