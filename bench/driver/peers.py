"""The other tools, where they are installed (bench/install-peers). Each is started the way its own
documentation does; what one cannot do is not asked of it."""

import glob
import json
import os
import subprocess

from measure import is_running, wait_until
from tools import Cat, Tool, find

PM2 = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                    "../../build/peers/node_modules/.bin/pm2"))


class Piped(Cat):
    """A logger that reads its stdin and writes into a directory with files of its own."""
    can = Tool.can
    program = ""
    directory = "log"

    @classmethod
    def installed(cls):
        return find(cls.program) is not None

    def start_one(self, number, reader):
        directory = f"{self.place}/log.{number}"
        os.mkdir(directory)
        self.spawn([find(self.program), *self.words(directory)], stdin=reader,
                   stdout=subprocess.DEVNULL)

    def words(self, directory):
        raise NotImplementedError

    def files(self):
        """One writer's after the other's, and of each the oldest first."""
        return [path for directory in sorted(glob.glob(f"{self.place}/log.*"))
                for path in sorted(glob.glob(f"{directory}/@*")) + [f"{directory}/current"]]


class S6Log(Piped):
    name = "s6-log"
    program = "s6-log"
    lines_in_part = 0.2

    def words(self, directory):
        return ["t", "n100", "s268435455", directory]


class Svlogd(Piped):
    name = "svlogd (runit)"
    program = "svlogd"
    lines_in_part = 0.04

    def words(self, directory):
        with open(f"{directory}/config", "w", encoding="ascii") as config:
            config.write("s0\n")
        return ["-tt", directory]


class Multilog(Piped):
    name = "multilog (daemontools)"
    program = "multilog"
    lines_in_part = 0.1

    def words(self, directory):
        return ["t", "n1000", "s16777215", directory]


class Supervisord(Tool):
    name = "supervisord"
    can = Tool.can | {"W7"}

    @classmethod
    def installed(cls):
        return find("supervisord") is not None

    def start(self, groups, live=None):
        with open(f"{self.place}/conf", "w", encoding="ascii") as conf:
            conf.write(f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
                       f"pidfile={self.place}/pid\nminfds=16384\n")
            for group in groups:
                out = "/dev/stdout" if live is not None else f"{self.place}/out.%(process_num)d"
                conf.write(f"[program:{group.name}]\ncommand={group.command}\n"
                           f"numprocs={group.count}\nprocess_name=p%(process_num)d\n"
                           f"stdout_logfile={out}\nstdout_logfile_maxbytes=0\nstartsecs=0\n"
                           "autorestart=true\nredirect_stderr=false\n")
        self.spawn([find("supervisord"), "-c", f"{self.place}/conf"],
                   stdout=subprocess.DEVNULL if live is None else live)


class Foreman(Tool):
    name = "foreman"
    can = Tool.can | {"W4"}
    lines_in_part = 0.02

    @classmethod
    def installed(cls):
        return find("foreman") is not None

    def start(self, groups, live=None):
        with open(f"{self.place}/Procfile", "w", encoding="ascii") as procfile:
            procfile.writelines(f"{g.name}: {g.command}\n" for g in groups)
        formation = ",".join(f"{g.name}={g.count}" for g in groups)
        command = [find("foreman"), "start", "-d", self.place, "-m", formation]
        if live is not None:
            self.spawn(command, stdout=live)
            return
        with open(f"{self.place}/out", "wb") as out:
            self.spawn(command, stdout=out)


class Pm2(Tool):
    name = "pm2"
    can = Tool.can | {"W7"}
    lines_in_part = 0.03

    @classmethod
    def installed(cls):
        return os.path.exists(PM2) and find("node") is not None

    def start(self, groups, live=None):
        self.environment["PM2_HOME"] = f"{self.place}/pm2"
        apps = [{"name": f"{g.name}{n}", "script": g.words[0], "args": g.words[1:],
                 "interpreter": "none", "merge_logs": True, "time": True,
                 "out_file": f"{self.place}/out.{n}"}
                for g in groups for n in range(g.count)]
        with open(f"{self.place}/apps.json", "w", encoding="ascii") as file:
            json.dump({"apps": apps}, file)
        self.pm2("start", f"{self.place}/apps.json")

    def pm2(self, *words):
        subprocess.run([PM2, *words], check=True, env=self.environment,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def roots(self):
        with open(f"{self.place}/pm2/pm2.pid", encoding="ascii") as file:
            return [int(file.read())]

    def stop(self):
        if os.path.exists(f"{self.place}/pm2/pm2.pid"):
            root = self.roots()[0]
            self.pm2("kill")
            wait_until("pm2's end", lambda: not is_running(root))


class Scanned(Tool):
    """A tree of supervisors that watches a directory of service directories."""
    can = {"W7"}
    program = ""

    @classmethod
    def installed(cls):
        return find(cls.program) is not None

    def start(self, groups, live=None):
        services = f"{self.place}/services"
        for group in groups:
            for number in range(group.count):
                directory = f"{services}/{group.name}{number}"
                self.write_service(directory, group.command)
        self.spawn([find(self.program), *self.words(), services], stdout=subprocess.DEVNULL)

    def write_service(self, directory, command):
        os.makedirs(directory)
        with open(f"{directory}/run", "w", encoding="ascii") as run:
            run.write(f"#!/bin/sh\nexec {command}\n")
        os.chmod(f"{directory}/run", 0o755)

    def words(self):
        return []


class S6(Scanned):
    name = "s6-svscan"
    program = "s6-svscan"

    def words(self):
        return ["-c", "1000"]


class Runit(Scanned):
    name = "runsvdir"
    program = "runsvdir"

    def stop(self):
        for process in self.running:  # SIGHUP: send the services away too
            process.send_signal(1)
        for process in self.running:
            process.wait(60)


ALL = [Supervisord, S6Log, Svlogd, Multilog, Foreman, Pm2, S6, Runit]
