"""Programs of other packages that a test needs. Where every package of scripts/packages is said to
be there (MUSTER_ALL_PACKAGES, as .ci/run says), one that is missing is a failure and no skip.
"""

import os
import shutil

import pytest


def need(*names):
    """The path of the last one."""
    for name in names:
        path = shutil.which(name)
        if not path and os.environ.get("MUSTER_ALL_PACKAGES"):
            pytest.fail(f"{name} is not installed: does scripts/packages name its package?")
        if not path:
            pytest.skip(f"{name} is not installed")
    return path
