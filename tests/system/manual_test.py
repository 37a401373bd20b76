"""The manual pages: of all verbs, options and keys, and without a word of complaint from man."""

import os
import re
import subprocess

import pytest

from home import BIN, REPOSITORY
from programs import need

# How each page is made.
PAGES = {
    "ctl.1": [BIN / "ctl", "manual"],
    "musterd.8": [BIN / "musterd", "--manual"],
    "muster.toml.5": [BIN / "ctl", "manual", "muster.toml"],
    "muster-journal.7": [BIN / "ctl", "manual", "muster-journal"],
}


def page_of(name):
    return subprocess.run(PAGES[name], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", PAGES)
def test_man_shows_it_without_a_warning(name, tmp_path):
    need("man", "groff")
    (tmp_path / name).write_text(page_of(name))
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", str(tmp_path / name)], capture_output=True,
        text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80",
                                     "MAN_KEEP_FORMATTING": "", "PAGER": "cat"})
    assert done.returncode == 0 and not done.stderr, done.stderr
    shown = re.sub(".\b", "", done.stdout)
    for heading in ("NAME", "DESCRIPTION", "FILES", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"):
        assert re.search(rf"^{heading}$", shown, re.M), heading
    assert "/var/lib/muster" in shown and "MUSTER_HOME" in shown
    # Those of the other pages are of the help, which has them too.
    assert name[-1] not in "57" or not re.search(r"`|\*\*|\]\(", shown)


def test_ctl_has_a_section_for_every_verb():
    page = page_of("ctl.1")
    overview = subprocess.run([BIN / "ctl", "--help"], capture_output=True, text=True,
                              check=True).stdout
    verbs = [line.split()[0] for line in overview.splitlines() if line.startswith("  ")]
    assert page.startswith(".TH CTL 1")
    assert [line[4:] for line in page.splitlines() if line.startswith(".SS ")] == verbs


def test_musterd_has_every_option():
    page = page_of("musterd.8")
    told = subprocess.run([BIN / "musterd", "--help"], capture_output=True, text=True,
                          check=True).stdout
    options = re.findall(r"(--[a-z-]+)", told)
    assert len(options) > 10
    assert all(option.replace("-", "\\-") in page for option in options)
    assert "--manual" not in told


def test_the_settings_have_every_key_of_the_reference():
    page = page_of("muster.toml.5")
    reference = (REPOSITORY / "docs" / "muster.toml.md").read_text()
    keys = re.findall(r"^### `(\w+)`$", reference, re.M)
    assert len(keys) > 30
    assert re.findall(r"^\.SS \\fB(\w+)\\fR$", page, re.M) == keys


def test_a_page_that_there_is_not():
    done = subprocess.run([BIN / "ctl", "manual", "musterx"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2 and "muster.toml" in done.stderr
