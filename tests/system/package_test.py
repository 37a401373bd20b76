"""The Debian package, in a root of its own: installed, used, replaced by a newer and then by an
older one while apps of two users run, and purged. Their processes notice nothing of it.

The root is this machine's, with everything that is written put into memory; no network, no cgroups
and no process of ours is seen outside.
"""

import os
import re
import shutil
import subprocess

import pytest

from home import BIN, REPOSITORY
from programs import need
from waiting import PATIENCE

TREE = BIN.parent
LIFE_OF_ITS_OWN = REPOSITORY / "debian" / "tests" / "life"
ALONE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
# Arguments: a directory for the root, a script that is run in it, the two packages that it gets,
# and the package's own test.
IN_ROOT = """
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
layers="lowerdir=/,upperdir=$1/upper,workdir=$1/work"
mount -t overlay -o "$layers" none "$1/root"
mount -t proc none "$1/root/proc"
mount --rbind /dev "$1/root/dev"
for place in run tmp srv var/lib/muster; do
  mkdir -p "$1/root/$place"
  mount -t tmpfs -o mode=755 none "$1/root/$place"
done
chmod 1777 "$1/root/tmp"
mkdir "$1/root/srv/packages"
cp "$3" "$4" "$5" "$1/root/srv/packages"
exec chroot "$1/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \\
  bash -ec "$2" life "/srv/packages/${3##*/}" "/srv/packages/${4##*/}"
"""
LIFE = """
install_package() { dpkg --no-triggers --force-depends -i "$1"; }
of_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp/nobody "$@"; }
pids() {
  ctl -a shop ps --json | grep '"pid"'
  of_nobody ctl -a other ps --json | grep '"pid"'
}
install_package "$1"
dpkg -L muster | sort >/tmp/files
mkdir -p /srv/shop /srv/other /tmp/nobody
chown 65534 /tmp/nobody
cat >/srv/shop/Procfile <<'END'
count: i=0; while echo $i; do i=$((i+1)); done
quiet: exec tail -f /dev/null
END
echo 'quiet: exec tail -f /dev/null' >/srv/other/Procfile
musterd -d /srv/shop
of_nobody musterd -d /srv/other
ctl -a shop scale quiet=3
ctl -a shop wait
of_nobody ctl -a other wait
pids >/tmp/before
kill -9 "$(ctl -a shop status --json | sed -n 's/.*"supervisor_pid": *\\([0-9]*\\).*/\\1/p')"
ctl -a shop wait
version() { echo "$1: $(ctl -a shop version | tr '\\n' ' ')"; }
version first
install_package "$2"
version newer
of_nobody ctl -a other version
pids | cmp - /tmp/before
install_package "$1"
version older
pids | cmp - /tmp/before
ctl -a shop stop count
ctl -a shop logs -n 100000000 -p count -s app | sed 's/.*: //' >/tmp/lines
seq 0 $(($(wc -l </tmp/lines) - 1)) | cmp - /tmp/lines
echo "lines: $(wc -l </tmp/lines)"
sh /srv/packages/life
dpkg --no-triggers -r muster 2>&1 | tee /tmp/removed
grep -q 'shop .* up of' /tmp/removed
dpkg --no-triggers -P muster 2>&1 | tee /tmp/purged
grep -q '/var/lib/muster stays' /tmp/purged
while read -r path; do [ -d "$path" ] || [ ! -e "$path" ] || echo "left: $path"; done </tmp/files
[ ! -e /etc/needrestart/conf.d/muster.conf ]
[ -d /var/lib/muster/shop ]
echo "purged"
"""


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False, timeout=6 * PATIENCE, stdin=subprocess.DEVNULL, **options)
    assert done.returncode == 0, f"{words[0]}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def place():
    if not (TREE / "cmake_install.cmake").exists():
        pytest.skip("the programs are not in the tree that built them")
    need("dpkg-deb", "dpkg-gencontrol", "dpkg-shlibdeps", "cmake")
    # Short, on a file system of its own in the end: an overlay has no overlay below it.
    path = subprocess.run(["mktemp", "-d", "/tmp/mXXXXXX"], check=True, capture_output=True,
                          text=True).stdout.strip()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def packages(place):
    """By name."""
    run(REPOSITORY / "scripts" / "package", "--quick", TREE,
        env={**os.environ, "MUSTER_PACKAGE_DIR": f"{place}/first"})
    return {name.split("_")[0]: f"{place}/first/{name}" for name in os.listdir(f"{place}/first")}


@pytest.fixture(scope="module")
def package(packages):
    return packages["muster"]


@pytest.fixture(scope="module")
def newer(place, package):
    """The same programs, which call themselves 0.1.9."""
    tree = f"{place}/newer"
    run("dpkg-deb", "-R", package, tree)
    for name in ("usr/bin/musterd", "usr/bin/ctl"):
        with open(f"{tree}/{name}", "rb+") as file:
            data = file.read()
            assert data.count(b"0.1.0\0") == 1
            file.seek(0)
            file.write(data.replace(b"0.1.0\0", b"0.1.9\0"))
    with open(f"{tree}/DEBIAN/control", "r+", encoding="utf-8") as file:
        text = file.read().replace("Version: 0.1.0\n", "Version: 0.1.9\n")
        file.seek(0)
        file.write(text)
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, f"{place}/newer.deb")
    return f"{place}/newer.deb"


def files_in(package):
    listed = run("dpkg-deb", "-c", package)
    return {line.split(None, 5)[5].split(" -> ")[0] for line in listed.splitlines()}


def depends_of(package):
    return re.search(r"^ Depends: (.*)$", run("dpkg-deb", "-I", package), re.M)[1]


def test_the_drains_have_a_package_of_their_own_for_their_libraries(packages):
    assert set(packages) == {"muster", "muster-drains"}
    drains = packages["muster-drains"]
    assert "./usr/libexec/muster/muster-drain" in files_in(drains) - files_in(packages["muster"])
    assert "muster (= 0.1.0)" in depends_of(drains) and "libcurl4" in depends_of(drains)


def test_files_are_where_debian_has_them(package):
    files = files_in(package)
    for name in ("usr/bin/musterd", "usr/bin/ctl", "usr/bin/muster",
                 "usr/libexec/muster/muster-exec", "usr/libexec/muster/muster-keeper",
                 "usr/libexec/muster/muster-front",
                 "usr/share/man/man8/musterd.8", "usr/share/man/man7/muster-journal.7",
                 "usr/share/zsh/vendor-completions/_ctl", "usr/lib/systemd/user/muster@.service",
                 "usr/lib/systemd/system-generators/muster-generator", "etc/muster/",
                 "etc/needrestart/conf.d/muster.conf"):
        assert f"./{name}" in files, name
    assert any(name.endswith("lib/systemd/system/muster@.service") for name in files)
    depends = depends_of(package)
    assert "libzmq5" in depends and "ssl" not in depends and "curl" not in depends


def test_apps_outlive_a_newer_package_and_an_older_one(place, package, newer):
    root = f"{place}/root"
    os.mkdir(root)
    tried = subprocess.run([*ALONE, "sh", "-ec", IN_ROOT, "sh", root, "true", package, newer,
                            LIFE_OF_ITS_OWN],
                           capture_output=True, text=True, timeout=PATIENCE, check=False)
    if tried.returncode != 0:
        pytest.skip(f"no root of its own may be made here: {tried.stderr.strip()[-200:]}")
    said = run(*ALONE, "sh", "-ec", IN_ROOT, "sh", root, LIFE, package, newer,
               LIFE_OF_ITS_OWN)
    assert re.search(r"^first: .*musterd 0\.1\.0", said, re.M), said
    assert re.search(r"^newer: .*musterd 0\.1\.9", said, re.M), said
    assert re.search(r"^older: .*musterd 0\.1\.0", said, re.M), said
    assert int(re.search(r"^lines: (\d+)$", said, re.M)[1]) > 1000
    assert "left:" not in said
    assert said.endswith("purged\n")
