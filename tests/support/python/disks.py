"""Disks of a test's own to put a journal on: one in memory that can be made smaller, larger and
read-only, and one in a file that can lose its power. They need root.

Keeps: what was mounted is unmounted at the end, whatever happened.
"""

import fcntl
import os
import struct
import subprocess

import programs
import pytest
from waiting import wait_for

FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_LOG = 2  # not even the file system's own journal is written any more


def need(*commands):
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    programs.need(*commands)


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True,
                          text=True)


class Disk:
    """Mounted at a directory, which is made with its parents."""

    def __init__(self, place):
        need("mount")
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        for made in (place, place.parent, place.parent.parent):
            made.chmod(0o700)
        self.mounted = False

    def mount(self, *words):
        run("mount", *words, self.place)
        self.mounted = True
        self.place.chmod(0o700)

    def unmount(self):
        if self.mounted:
            run("umount", "-l", self.place)
        self.mounted = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unmount()

    @property
    def free_names(self):
        return os.statvfs(self.place).f_ffree


class MemoryDisk(Disk):
    def __init__(self, place, size):
        super().__init__(place)
        self.mount("-t", "tmpfs", "-o", f"size={size}", "none")

    def remount(self, options):
        run("mount", "-o", f"remount,{options}", self.place)


class ImageDisk(Disk):
    """A file system in a file, so that it can be as small, or as dead, as it must be."""

    def __init__(self, place, image, size, make):
        super().__init__(place)
        need(make[0])
        self.image = image
        with open(image, "wb") as file:
            file.truncate(size)
        run(*make, image)
        self.mount("-o", "loop", image)

    def power_cut(self):
        """What was synced is there, the rest is gone. The daemon must be killed before on()."""
        fd = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(fd)

    def power_on(self):
        """A mount that the daemon had of its own goes a little after it, and until then the dead
        file system would be mounted once more."""
        run("umount", self.place)
        wait_for("nobody to have it mounted", lambda: not run("losetup", "-j", self.image).stdout)
        self.mount("-o", "loop", self.image)
