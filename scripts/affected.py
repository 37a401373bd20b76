#!/usr/bin/python3
"""Prints the system tests that a change since a commit is likely to break, a file a line.

usage: scripts/affected.py [BASE]     BASE: as in scripts/lint --changed

A test is chosen when it or a support module that it imports has changed, when it names a verb, a
document or an example that has, or when its name or its first lines have a word of the name of a
source that has. A change of the daemon also chooses the tests that kill it. This is a guess for the
moments between two commits: scripts/test runs all of them.
"""

import pathlib
import re
import sys

import sources

TESTS = ("tests/system/", "tests/faults/")
SUPPORT = "tests/support/python/"
EVERYTHING = ("tests/conftest.py", "tests/pytest.ini", SUPPORT + "daemon.py", SUPPORT + "home.py",
              SUPPORT + "proc.py", SUPPORT + "waiting.py")
DAEMON = ("base/", "proto/", "router/", "serve/", "daemon/")
KILLS = ("tests/system/crash_test.py", "tests/system/killed_daemon_test.py")
# Words in the names of sources that say nothing of what they are about.
IDLE = {"app", "core", "main", "edge", "daemon", "state", "file", "text", "types", "test", "the"}
IMPORT = re.compile(r"^\s*(?:from|import) (\w+)", re.M)


def words_of(path):
    return {word for word in re.split(r"[_\W]+", pathlib.Path(path).stem)
            if len(word) > 2 and word not in IDLE}


def imports_of(path, seen=None):
    """The support modules that a test stands on."""
    seen = set() if seen is None else seen
    for name in IMPORT.findall(sources.text_of(path)):
        module = f"{SUPPORT}{name}.py"
        if module not in seen and (sources.ROOT / module).is_file():
            seen.add(module)
            imports_of(module, seen)
    return seen


def is_reached(test, changed):
    text = sources.text_of(test)
    head = "\n".join(text.splitlines()[:4]).lower()
    about = words_of(test) | set(re.split(r"\W+", head))
    for path in changed:
        if path == test or path in EVERYTHING or path in imports_of(test):
            return True
        name = pathlib.Path(path).name
        if path.startswith("ctl/verbs/") and re.search(rf'"{pathlib.Path(path).stem}"', text):
            return True
        if path.startswith(sources.PRODUCT):
            near = {word.rstrip("s") for word in words_of(path)}
            if near & {word.rstrip("s") for word in about} or \
                    (test in KILLS and path.startswith(DAEMON)):
                return True
        elif path.startswith(("docs/", "examples/", "packaging/")) and name in text:
            return True
    return False


def main(words):
    base = words[0] if words else sources.default_base()
    tests = [name for name in sources.tracked("_test.py") if name.startswith(TESTS)]
    changed = sources.changed_since(base) if base else sources.tracked("")
    for test in tests:
        if is_reached(test, changed):
            print(test)


if __name__ == "__main__":
    main(sys.argv[1:])
