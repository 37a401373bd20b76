"""The tracked sources of the tree, what they include, and what has changed since a commit.

usage: sources.py base            the commit that `--changed` compares with, if one is known
       sources.py changed BASE    the files that differ from it, each ended by a NUL

Keeps: nothing is compiled and nothing is written. Includes are written from the top of the tree,
so a file's reach is found by reading; an include behind an #if counts as one.
"""

import functools
import hashlib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PRODUCT = ("base/", "proto/", "router/", "serve/", "front/", "drain/", "daemon/", "ctl/")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def git(*words):
    run = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else None


def passed():
    """Where scripts/lint writes the commit of the last full lint that passed: in the repository,
    for all of its work trees."""
    return ROOT / (git("rev-parse", "--git-common-dir") or ".git").strip() / "muster-lint-passed"


@functools.cache
def text_of(path):
    try:
        return (ROOT / path).read_text(errors="replace")
    except OSError:
        return ""


@functools.cache
def digest_of(path):
    return hashlib.sha256(text_of(path).encode()).hexdigest()


def tracked(*endings):
    """Also what is new and not ignored: it is going to be tracked."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return sorted(name for name in set(names) if name.endswith(endings) and (ROOT / name).is_file())


@functools.cache
def included_by(path):
    return [name for name in INCLUDE.findall(text_of(path)) if (ROOT / name).is_file()]


@functools.cache
def reach_of(path):
    """The file and all that it includes, directly or not."""
    seen, todo = {path}, [path]
    while todo:
        for name in included_by(todo.pop()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return frozenset(seen)


def default_base():
    """The nearest commit behind HEAD that has passed: the last full lint here, or where this branch
    left main, on which all commits have. Nothing where neither is known."""
    known = [passed().read_text().strip()] if passed().is_file() else []
    here = (git("rev-parse", "--abbrev-ref", "HEAD") or "").strip()
    for main in ("origin/main", "main"):
        if main != here and (base := git("merge-base", "HEAD", main)):
            known.append(base.strip())
    behind = {}
    for commit in known:
        if git("merge-base", "--is-ancestor", commit, "HEAD") is not None:
            behind[commit] = int(git("rev-list", "--count", f"{commit}..HEAD"))
    return min(behind, key=behind.get, default=None)


def changed_since(base):
    """Paths that differ from the commit, uncommitted and new ones too; those that are gone too."""
    differ = git("diff", "--name-only", "-z", base)
    if differ is None:
        raise SystemExit(f"there is no commit {base}")
    new = git("ls-files", "-z", "--others", "--exclude-standard")
    return sorted({name for name in (differ + new).split("\0") if name})


def main(words):
    if words == ["base"]:
        print(default_base() or "")
    elif len(words) == 2 and words[0] == "changed":
        print(*changed_since(words[1]), sep="\0", end="\0")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
