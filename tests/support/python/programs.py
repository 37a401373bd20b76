"""Programs of other packages that a test needs. Where every package of scripts/packages is said to
be there (MUSTER_ALL_PACKAGES, as .ci/run says), one that is missing is a failure and no skip.
"""

import os
import shutil

import pytest

from home import REPOSITORY

NPM = REPOSITORY / "tests" / "support" / "javascript" / "node_modules"


def need(*names):
    """The path of the last one."""
    for name in names:
        path = shutil.which(name)
        if not path:
            lacking(name, "does scripts/packages name its package?")
    return path


def need_of_npm(directory, *names):
    """Packages of tests/support/javascript, which scripts/test installs, for an app there."""
    need("node")
    for name in names:
        if not (NPM / name).is_dir():
            lacking(name, "npm ci in tests/support/javascript")
    (directory / "node_modules").symlink_to(NPM)


def lacking(name, hint):
    if os.environ.get("MUSTER_ALL_PACKAGES"):
        pytest.fail(f"{name} is not installed: {hint}")
    pytest.skip(f"{name} is not installed")
