#!/usr/bin/python3
"""Checks the house rules of rules.py on every tracked file, and itself first.

Not a formatter and not a linter: sizes, head comments, the arrows between the rooms and words that
do not belong. Prints FILE:LINE: RULE and exits 1 if anything was found.
"""

import os
import re
import subprocess
import sys

import rules

CXX = (".h", ".cc")
SOURCE = CXX + (".py", ".sh", ".js", ".mjs")
COMMENT = re.compile(r"(.*?)(?:^|\s)(?://|#) (.*)")
SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[A-Z])")
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    return max((room for room in rules.ROOMS if path.startswith(room)), key=len, default=None)


def is_script(text):
    return text.startswith("#!")


def starts_with_comment(path, lines):
    head = [line for line in lines[:3] if not line.startswith("#!")]
    first = head[0] if head else ""
    if path.endswith(CXX) or path.endswith((".js", ".mjs")):
        return first.startswith("//")
    return first.startswith(("#", '"""', 'r"""'))


def check_includes(path, number, line):
    found = INCLUDE.match(line)
    if not found:
        return
    quote, name = found.groups()
    for what, pattern, allowed in rules.HEADERS:
        if re.fullmatch(pattern, name) and not path.startswith(tuple(allowed)):
            yield number, what
    room = room_of(path)
    if room is None or path.startswith(tuple(rules.FREE)):
        return
    if quote == '"' and room_of(name) not in (None, room):
        if not name.startswith(tuple(rules.ROOMS[room])):
            yield number, f"{room} may not include {name}"


def comments(lines):
    """(line, text) of every comment; neighbouring lines that hold nothing else are one."""
    begun, whole = 0, ""
    for number, line in enumerate(lines + [""], 1):
        found = COMMENT.fullmatch(line)
        if found and not found[1].strip():
            begun, whole = begun or number, f"{whole} {found[2]}".strip()
            continue
        if begun:
            yield begun, whole
        begun, whole = 0, ""
        if found and '"' not in line:
            yield number, found[2]


def check_english(path, lines):
    if not path.endswith(CXX + (".py",)):
        return
    for number, comment in comments(lines):
        for sentence in SENTENCE.split(comment):
            if re.match(rules.ELLIPTIC, sentence):
                yield number, f"a sentence needs a subject: {sentence[:40]}"


def check_text(path, text):
    """Yields (line, what) for every violation in one file."""
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    else:
        yield len(lines), "no newline at the end"
    if len(lines) > rules.MAX_LINES:
        yield len(lines), f"more than {rules.MAX_LINES} lines"
    if not starts_with_comment(path, lines):
        yield 1, "no head comment: what it is, what it is not, what it keeps"
    if path.endswith(".h") and "#pragma once" not in lines[:10]:
        yield 1, "no #pragma once below the head comment"
    yield from check_english(path, lines)
    for number, line in enumerate(lines, 1):
        if len(line) > rules.MAX_COLUMNS:
            yield number, f"longer than {rules.MAX_COLUMNS} columns"
        if path.endswith(CXX):
            yield from check_includes(path, number, line)
        for what, pattern, where in rules.CODE:
            if "sleep" in pattern and path in rules.MAY_SLEEP:
                continue
            if path.startswith(tuple(where)) and re.search(pattern, line):
                yield number, what


def violations(path, text):
    for number, what in check_text(path, text):
        excused = any(path.startswith(p) and rule in what for rule, p in rules.ALLOWED)
        if not excused:
            yield f"{path}:{number}: {what}"


def lines_of_code(text):
    stripped = (line.strip() for line in text.split("\n"))
    return sum(1 for line in stripped if line and not line.startswith("//"))


def broken_promises(sources):
    for what, beginnings, most in rules.PROMISED:
        total = sum(lines_of_code(text) for path, text in sources
                    if path.endswith(CXX) and path.startswith(beginnings))
        if total > most:
            yield f"{beginnings[0]}*: {what}: {total} lines of code, {most} are promised"


def tracked_sources(root):
    listed = subprocess.run(["git", "-c", f"safe.directory={root}", "ls-files", "-z"], cwd=root,
                            check=True, capture_output=True)
    for path in listed.stdout.decode().split("\0"):
        full = os.path.join(root, path)
        if not path or not os.path.isfile(full) or os.path.islink(full):
            continue
        with open(full, "rb") as file:
            data = file.read()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        if path.endswith(SOURCE) or is_script(text):
            yield path, text


def main():
    root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
    sources = list(tracked_sources(root))
    found = [line for path, text in sources for line in violations(path, text)]
    found += broken_promises(sources)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
