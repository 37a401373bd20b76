"""The cgroups (version 2) below a directory, as a test sees them, and their end."""

import os

from waiting import wait_for


def below(directory):
    """The names of those directly below it."""
    try:
        return sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    except FileNotFoundError:
        return []


def processes(directory):
    """The pids in one, not in those below it."""
    with open(f"{directory}/cgroup.procs") as file:
        return [int(line) for line in file]


def end(directory):
    """Kills who is left in it or below it, and removes it."""
    def removed():
        for parent, names, _ in os.walk(directory, topdown=False):
            for name in names:
                try:
                    os.rmdir(f"{parent}/{name}")
                except OSError:
                    pass  # not empty yet
        try:
            os.rmdir(directory)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True
    if not os.path.exists(directory):
        return
    with open(f"{directory}/cgroup.kill", "w") as file:
        file.write("1")
    wait_for(f"the end of {directory}", removed)
