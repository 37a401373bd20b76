"""scripts/picture: the figure of the README is what the programs show, and a figure that others can
draw."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree

from home import BIN, REPOSITORY


def words_of(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag.endswith("svg")
    return [element.text for element in root.iter() if element.text and element.text.strip()]


def test_it_is_drawn_from_a_run(tmp_path):
    target = tmp_path / "terminal.svg"
    subprocess.run([sys.executable, "-B", REPOSITORY / "scripts" / "picture", target], check=True,
                   env={**os.environ, "MUSTER_BIN_DIR": str(BIN)}, stdin=subprocess.DEVNULL)
    words = words_of(target)
    for shown in ("musterd examples/shop", "Listening on port 5000", "ctl scale web=2 worker=3",
                  "Scaling worker processes... done, now running 3", "ctl ps", "web.2", "5001"):
        assert shown in words, shown
    assert any(word.startswith("crashed for") for word in words)
    assert len(set(re.findall('fill="(#[0-9a-f]{6})"', target.read_text()))) >= 6


def test_the_figures_that_the_readme_shows_are_there_and_whole():
    readme = (REPOSITORY / "README.md").read_text()
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+\.svg)\)", readme)
    assert {"docs/terminal.svg", "docs/queue.svg"} <= set(shown)
    for name in shown:
        assert words_of(REPOSITORY / name)
