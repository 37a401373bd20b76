"""A library, compiled for the test, that makes a daemon's malloc fail once."""

import contextlib
import os
import subprocess

from programs import need

from waiting import wait_for

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
static atomic_int left;

/* Whoever takes the order's file away is the one that fails. */
void *malloc(size_t size) {
  static const char *file;
  static atomic_uint calls;
  if (!file) {
    const char *name = getenv("FAIL_MALLOC");
    file = name && !strcmp(program_invocation_short_name, PROGRAM) ? name : "";
  }
  if (*file && left == 0 && atomic_fetch_add(&calls, 1) % 64 == 0 && access(file, F_OK) == 0) {
    char text[16] = "";
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0 && unlink(file) == 0) left = atoi(text);
    if (fd >= 0) close(fd);
  }
  if (left > 0 && atomic_fetch_sub(&left, 1) == 1) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_malloc(size);
}
"""


@contextlib.contextmanager
def failing_malloc(place, program):
    """The environment to start the program with, and fail(n): its nth call of malloc from about now
    returns nothing."""
    compiler = need("gcc")
    source, library, order = place / "malloc.c", place / "malloc.so", place / "fail"
    source.write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", f'-DPROGRAM="{program}"',
                    "-o", library, source], check=True)

    def fail(calls):
        new = order.with_suffix(".new")
        new.write_text(str(calls))
        os.rename(new, order)
        wait_for("the daemon to fail", lambda: not order.exists())
    yield {"LD_PRELOAD": str(library), "FAIL_MALLOC": str(order)}, fail
