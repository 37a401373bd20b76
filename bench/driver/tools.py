"""The tools that are measured, one class each: how to start it with its children, where its output
is, which processes are its own. The others' are in peers.py."""

import glob
import json
import os
import shutil
import subprocess
from dataclasses import dataclass

from measure import is_running, program, tool_processes, wait_until


@dataclass
class Group:
    """So many children that run the same command."""
    count: int
    name: str
    words: list

    @property
    def command(self):
        return " ".join(self.words)


class Tool:
    """One run of a tool in a directory of its own. `live` is where its output goes instead of into
    files, for those that can. Only what `can` names is asked of it."""
    name = ""
    can = {"W1", "W3", "W3x10"}
    lines_in_part = 1  # how much of a flood the slow ones are given

    @classmethod
    def lines(cls, count):
        return int(count * cls.lines_in_part)

    def __init__(self, place):
        self.place = place
        self.environment = {**os.environ, "BENCH_DIR": place}
        self.running = []

    @classmethod
    def installed(cls):
        return True

    def start(self, groups, live=None):
        raise NotImplementedError

    def spawn(self, command, **options):
        options = {"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
                   "env": self.environment, "cwd": self.place, **options}
        process = subprocess.Popen(command, start_new_session=True, **options)
        self.running.append(process)
        return process

    def roots(self):
        return [process.pid for process in self.running]

    def processes(self):
        return sorted({pid for root in self.roots() for pid in tool_processes(root)})

    def files(self):
        return sorted(glob.glob(f"{self.place}/out*"))

    def verify(self):
        checked = subprocess.run([program("bench_check"), *self.files()], check=True,
                                 stdout=subprocess.PIPE)
        return json.loads(checked.stdout)

    def stop(self):
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(60)


class Cat(Tool):
    """The floor: bytes from a pipe to a file. One cat per child; live, one for all."""
    name = "cat"
    can = Tool.can | {"W4"}

    def start(self, groups, live=None):
        loads = [group.words for group in groups for _ in range(group.count)]
        if live is not None:
            reader, writer = os.pipe()
            self.spawn(["cat"], stdin=reader, stdout=live)
            for words in loads:
                self.spawn(words, stdout=writer)
            os.close(reader)
            os.close(writer)
            return
        for number, words in enumerate(loads):
            reader, writer = os.pipe()
            self.start_one(number, reader)
            self.spawn(words, stdout=writer)
            os.close(reader)
            os.close(writer)

    def start_one(self, number, reader):
        with open(f"{self.place}/out.{number}", "wb") as out:
            self.spawn(["cat"], stdin=reader, stdout=out)

    def roots(self):  # the children are ours, not the tool's
        return [p.pid for p in self.running if os.path.basename(p.args[0]) != "bench_load"]


class TagLoop(Tool):
    """The least that a router can do: time and name before each line (tag_loop.c)."""
    name = "C loop"
    can = Tool.can | {"W4", "W5", "W7"}

    def start(self, groups, live=None):
        out = f"{self.place}/out" if live is None else "-"
        words = [word for g in groups for word in (str(g.count), g.name, g.command)]
        self.spawn([program("bench_tag_loop"), out, *words], stdout=live)


class Muster(Tool):
    name = "muster"
    can = Tool.can | {"W2", "W2bus", "W2x10", "W4", "W5", "W6", "W7", "replay", "logs"}

    def __init__(self, place):
        super().__init__(place)
        self.environment["MUSTER_HOME"] = place
        self.environment["MUSTER_APP"] = "app"
        self.pid = self.supervisor = 0

    def start(self, groups, live=None):
        app = f"{self.place}/app"
        os.makedirs(app, exist_ok=True)
        with open(f"{app}/Procfile", "w", encoding="ascii") as procfile:
            procfile.writelines(f"{g.name}: {g.command}\n" for g in groups)
        formation = ",".join(f"{g.name}={g.count}" for g in groups)
        subprocess.run([program("musterd"), "-d", app, "-m", formation], check=True,
                       env=self.environment)
        status = json.loads(self.ctl("status", "--json"))
        self.pid, self.supervisor = status["pid"], status["supervisor_pid"]

    def ctl(self, *words):
        return subprocess.run([program("ctl"), *words], check=True, stdout=subprocess.PIPE,
                              env=self.environment).stdout

    def roots(self):
        return [self.pid]

    def processes(self):
        return [self.pid, self.supervisor]

    def files(self):
        return sorted(glob.glob(f"{self.place}/state/app/journal/*"))

    def subscribe(self, *words, **options):
        return subprocess.Popen([program("bench_subscribe"), "app", *map(str, words)],
                                stdout=subprocess.PIPE, env=self.environment, text=True, **options)

    def verify(self):
        """By a replay of the whole journal; its speed is the workload "replay"."""
        with self.subscribe(0) as reader:
            return json.loads(reader.communicate()[0].splitlines()[-1])

    def stop(self):
        if self.pid:
            self.ctl("shutdown")
            wait_until("musterd's end", lambda: not is_running(self.pid))
            self.pid = 0


def find(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin:/command")
