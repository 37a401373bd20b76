"""The power fails under full load: what was said to be on the disk is there, no number is given out
twice, and the next daemon starts."""

import json
import os
import random
import shutil
import uuid

import msgpack
import pytest
import zmq

import proc
from disks import ImageDisk, need
from waiting import wait_for

CUTS = 25 if os.environ.get("MUSTER_LONG") else 2
FILE_SYSTEMS = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
IMAGE_BYTES = 320 << 20  # XFS makes none below 300 MiB

LOAD = "i=0; while :; do seq $i $((i + 200)); i=$((i + 200)); done"

# A machine that has booted anew: the daemon sees another boot id.
BOOTED = ["unshare", "-m", "sh", "-c",
          'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"']


class Machine:
    def __init__(self, app, disk, durability):
        self.app, self.disk = app, disk
        self.options = ["--durability", durability, "--journal-size", "64M"]
        self.context = zmq.Context()

    def boot(self):
        boot_id = self.app.home.path / "boot_id"
        boot_id.write_text(f"{uuid.uuid4()}\n")
        self.app.wrapper = [*BOOTED, str(boot_id)]
        self.app.start(*self.options)
        self.bus = self.context.socket(zmq.SUB)
        self.bus.set_hwm(0)
        self.bus.subscribe(b"")
        self.bus.connect(f"ipc://{self.app.home.runtime}/bus")

    def received(self):
        """The seqs that were published and have reached us."""
        seqs = []
        while self.bus.poll(0):
            seqs.append(msgpack.unpackb(self.bus.recv_multipart()[1])["seq"])
        return seqs

    def cut(self):
        self.disk.power_cut()
        self.app.kill_hard()
        for pid in self.app.home.processes:
            proc.kill(pid)
        wait_for("every process to be gone", lambda: not self.app.home.processes)
        shutil.rmtree(self.app.home.runtime)  # it is in memory
        seqs = self.received()
        self.bus.close()
        self.disk.power_on()
        return seqs

    def kept(self, first):
        """What the disk holds from there on."""
        return {record["seq"] for record in self.app.records("--from", first, "-n", 10_000_000)
                if record.get("kind") != "lost"}


@pytest.mark.long
@pytest.mark.row("D56")
@pytest.mark.parametrize("durability", ["group", "each"])
@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_power_cuts(app, file_system, durability):
    need("unshare", FILE_SYSTEMS[file_system][0])
    app.procfile(alpha=LOAD)
    with ImageDisk(app.home.state / "journal", app.home.path / "image", IMAGE_BYTES,
                   FILE_SYSTEMS[file_system]) as disk:
        machine = Machine(app, disk, durability)
        published = set()
        for _ in range(CUTS):
            machine.boot()
            enough = random.randint(10, 400)
            seen = []
            wait_for("some records", lambda: seen.extend(machine.received()) or len(seen) > enough)
            durable = json.loads(app.ok("status", "--json"))["seq_durable"]
            seen += machine.cut()
            assert published.isdisjoint(seen), "a number was given out twice"
            published.update(seen)
            if durability == "each":
                durable = max(seen)
            missing = set(range(min(seen), durable + 1)) - machine.kept(min(seen))
            assert not missing, f"{len(missing)} durable records, {min(missing)} first"
        app.wrapper = []
