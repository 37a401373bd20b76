"""Programs that try to get out of an isolated view, and whom they are run as.

Each prints one line for each thing that it has tried: its name and what came of it. Keeps: what
they try at harms nothing but what the test has made.
"""

import os
import subprocess

import pytest

import isolation

ORDINARY = 65534
WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]

# Begin of each: `tried(NAME, call)` prints the name and "done", or the error's.
PRELUDE = """
import ctypes, errno, os, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
def tried(name, call, *arguments):
    try:
        call(*arguments)
        print(name, "done", flush=True)
    except OSError as problem:
        print(name, errno.errorcode[problem.errno], flush=True)
def system(number, *arguments):
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result
"""

# Opens the executable of everybody that it can see, again and again, and changes what it gets.
AT_EXECUTABLES = """
seen = set()
newest = 2
while not os.path.exists("enough"):
    for pid in [1, *range(max(2, newest - 2), newest + 6)]:
        if pid == os.getpid():
            continue
        if pid > newest and os.path.exists(f"/proc/{pid}"):
            newest = pid
        for flags in (os.O_PATH, os.O_RDONLY):
            try:
                fd = os.open(f"/proc/{pid}/exe", flags)
            except OSError as problem:
                seen.add(errno.errorcode[problem.errno])
                continue
            inner = f"/proc/self/fd/{fd}"
            name = os.readlink(inner)
            if "muster" in name:
                print("reached", name, flush=True)
                tried("mode", os.chmod, inner, 0o6755)
                tried("content", os.open, inner, os.O_RDWR | os.O_TRUNC)
                tried("owner", os.chown, inner, 1, 1)
            os.close(fd)
"""


def require_root():
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")


def hand_over(app, user):
    """From now on daemon and ctl are an ordinary user's, with all that is in its home."""
    app.home.environment["HOME"] = str(app.home.path)
    app.who = {"user": user, "group": user, "extra_groups": []}
    for path in [app.home.path, *app.home.path.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)


def become(app, who):
    """`root`, root `without privilege`, who needs a user namespace, or an `ordinary` user."""
    isolation.require()
    if who == "root":
        return app
    require_root()
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode != 0:
        pytest.skip("no user namespaces here")
    if who == "ordinary":
        hand_over(app, ORDINARY)
    else:
        app.wrapper = WITHOUT_PRIVILEGE
    return app


EVERYBODY = ["root", "without privilege", "ordinary"]
