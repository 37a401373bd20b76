"""The unit of systemd: understood by systemd, and as little exposed as docs/production.md says."""

import re
import subprocess

import pytest

from home import REPOSITORY
from programs import need

PACKAGING = REPOSITORY / "packaging"
UNIT = (PACKAGING / "muster@.service").read_text()
PAGE = (REPOSITORY / "docs" / "production.md").read_text()


def written(tmp_path, text):
    """The programs of the unit are replaced by ones that are there on every machine."""
    path = tmp_path / "muster@.service"
    path.write_text(re.sub(r"/usr/local/bin/\w+", "/bin/true", text))
    return path


def exposure(tmp_path, text):
    need("systemd-analyze")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                           str(written(tmp_path, text))], capture_output=True, text=True,
                          check=False)
    found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    assert found, done.stderr
    return float(found[1])


@pytest.mark.parametrize("of", ["", "user/"])
def test_systemd_understands_it(tmp_path, of):
    need("systemd-analyze")
    path = written(tmp_path, (PACKAGING / of / "muster@.service").read_text())
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)],
                          capture_output=True, text=True, check=False)
    assert path.name not in done.stderr, done.stderr


def test_its_exposure_is_what_the_page_says(tmp_path):
    as_shipped, without = re.search(
        r"gives the unit \*\*([\d.]+)\*\* .* have (\d+\.\d)", PAGE).groups()
    hard = re.search(r"^```systemd units/hard.conf\n(.*?)^```$", PAGE, re.M | re.S)[1]
    with_drop_in = re.search(r"gets \*\*([\d.]+)\*\*", PAGE)[1]
    bare = re.sub(r"# These take away what no app needs.*?(?=\[Install\])", "", UNIT, flags=re.S)
    near = 0.3  # other versions of systemd weigh a little otherwise
    assert abs(exposure(tmp_path, UNIT) - float(as_shipped)) <= near
    assert abs(exposure(tmp_path, bare) - float(without)) <= near
    hardened = UNIT.replace("[Install]", hard.split("\n", 1)[1] + "\n[Install]")
    assert abs(exposure(tmp_path, hardened) - float(with_drop_in)) <= near
    assert float(as_shipped) <= 5.4 and float(with_drop_in) <= 4.7


def test_every_setting_is_on_the_page():
    taken = r"# These take away what no app needs(?:.*\n# .*)*\n((?:\w.*\n)+)"
    settings = re.search(taken, UNIT)[1]
    for name in re.findall(r"^(\w+)=", settings, re.M):
        kind = "ProtectKernel..." if name.startswith("ProtectKernel") else name
        assert kind in PAGE or name == "SystemCallErrorNumber", name
