"""PORT, PS and DYNO name a process; ports are base + 100 x type + number - 1 and never shared."""

import pytest

from daemon import STAYS

SHOW = 'echo "$PORT $PS $DYNO $EXTRA"; exec sleep 1000'


@pytest.mark.asan
def test_port_ps_and_dyno(app):
    app.procfile(alpha=SHOW, bravo=SHOW)
    app.write(".env", "EXTRA=from the file\nPS=evil\nDYNO=evil\n")
    app.start("-m", "alpha=2,bravo=1")
    base = app.home.port
    app.wait_log(f"app[alpha.1]: {base} alpha.1 alpha.1 from the file")
    app.wait_log(f"app[alpha.2]: {base + 1} alpha.2 alpha.2 from the file")
    app.wait_log(f"app[bravo.1]: {base + 100} bravo.1 bravo.1 from the file")


def test_ports_are_unique_beyond_a_hundred(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start("-m", "alpha=105,bravo=3")
    app.pid("alpha.105")
    ports = [row["port"] for row in app.rows()]
    assert len(ports) == len(set(ports)) == 108


def test_a_process_keeps_its_port_when_restarted(app):
    app.procfile(alpha="exec sleep 1000")
    app.start("-m", "alpha=2")
    pid, port = app.pid("alpha.2"), app.row("alpha.2")["port"]
    app.ok("restart", "alpha.2")
    assert app.replaced("alpha.2", pid)["port"] == port


def test_the_base_may_come_from_the_env_file_and_the_option_wins(app):
    app.procfile(alpha=SHOW)
    app.write(".env", "PORT=7000\n")
    app.start()
    app.wait_log(f"app[alpha.1]: {app.home.port} alpha.1 alpha.1 ")


def test_the_env_file_wins_over_the_daemons_environment(app):
    app.procfile(alpha=SHOW)
    app.write(".env", "EXTRA=file\n")
    app.start(env={"EXTRA": "daemon", "PS": "outer"})
    app.wait_log(f"app[alpha.1]: {app.home.port} alpha.1 alpha.1 file")


def test_several_env_files_in_order(app):
    app.procfile(alpha="echo $A $B; exec sleep 1000")
    app.write("one", "A=1\nB=1\n")
    app.write("two", "B=2\n")
    app.start("-e", app.directory / "one", "-e", app.directory / "two")
    app.wait_log("app[alpha.1]: 1 2")


def test_the_shell_reads_the_command(app):
    app.procfile(alpha="A='x  y' && echo \"$A\" | tr x z && exec sleep 1000 # a note")
    app.start()
    app.wait_log("app[alpha.1]: z  y")
    assert app.pid("alpha.1")


def test_a_simple_command_is_the_process_itself(app):
    app.procfile(alpha="sleep 1000")
    app.start()
    pid = app.pid("alpha.1")
    assert len(app.tree("alpha.1")) == 1, "exec'ed: no shell waits beside it"
    assert app.tree("alpha.1") == [pid]


def test_the_port_that_the_daemon_was_given_is_nobody_elses(app):
    app.procfile(alpha=STAYS)
    app.start(env={"PORT": "18700"})
    assert app.ctl("run", "--shared", "--", "printenv", "PORT").returncode == 1
