"""How a process is ended: its leader first, the rest when that has ended or has had half the grace;
where the leader is a shell that waits, those that it waits for with it."""


import isolation
import proc
import pytest
from daemon import STAYS
from home import BIN
from waiting import stays, wait_for

# It prints the signal that it gets, and ends when its gate is open.
# Each line is one write, since two processes share the output.
STUBBORN = ("import os, signal, sys\n"
            "name = sys.argv[1]\n"
            "def say(word): os.write(1, f'{name} {word}\\n'.encode())\n"
            "def told(number, frame):\n"
            "    say('told')\n"
            "    if name in sys.argv[2:]: sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, told)\n"
            "if name == 'leader' or name == 'top':\n"
            "    if os.fork() == 0: name = 'child'\n"
            "say('ready')\n"
            "while True: signal.pause()\n")


@pytest.fixture
def program(app):
    app.write("program.py", STUBBORN)
    return app


@pytest.fixture(params=["plain", "isolated"])
def how(request):
    """A line of muster.toml."""
    if request.param == "isolated":
        isolation.require()
    return f"isolate = {str(request.param == 'isolated').lower()}\n"


def ready(app, *names):
    for name in names:
        app.wait_log(f"app[alpha.1]: {name} ready")


def said(app):
    """The names in the order in which they were told."""
    return [line.split(": ")[1].split()[0] for line in app.logs("-n", "1000", "-s", "app")
            if line.endswith(" told")]


@pytest.mark.parametrize("command", [
    "exec python3 program.py leader leader child",
    "cd . && python3 program.py leader leader child",
    "python3 program.py leader leader child; true",
    "trap 'echo bye; exit 0' TERM; python3 program.py leader leader child",
    "sh -c 'python3 program.py leader leader child; true'; true"])
def test_the_leader_is_told_first_and_the_rest_when_it_has_ended(program, command, how):
    program.procfile(alpha=command)
    program.write("muster.toml", f"[alpha]\n{how}grace = '40s'\n")
    program.start()
    ready(program, "leader", "child")
    program.ok("stop", "alpha")
    assert said(program) == ["leader", "child"]
    assert program.tree("alpha.1") == []


def test_while_the_leader_works_the_rest_is_left_alone(program, how):
    program.procfile(alpha="exec python3 program.py leader child")
    program.write("muster.toml", f"[alpha]\n{how}grace = '40s'\n")
    program.start()
    ready(program, "leader", "child")
    stop = program.begin("stop", "alpha")
    program.wait_log("app[alpha.1]: leader told")
    stays("the child that is not told", lambda: said(program) == ["leader"], 0.5)
    for pid in program.tree("alpha.1"):
        proc.kill(pid)
    assert stop.wait(30) == 0


def test_after_half_the_grace_all_are_told_and_each_once(program, how):
    program.procfile(alpha="exec python3 program.py leader child")
    program.write("muster.toml", f"[alpha]\n{how}grace = '2s'\n")
    program.start()
    ready(program, "leader", "child")
    program.ok("stop", "alpha")
    assert said(program) == ["leader", "child"]
    lines = program.logs("-n", "1000")
    assert "muster[alpha.1]: Error R12 (Exit timeout) -> At least one process failed to exit " \
           "within 2 seconds of SIGTERM" in lines
    assert program.tree("alpha.1") == []


def test_the_tree_may_be_told_at_once(program):
    program.procfile(alpha="exec python3 program.py leader child")
    program.write("muster.toml", "[alpha]\nkill = 'tree'\ngrace = '40s'\n")
    program.start()
    ready(program, "leader", "child")
    stop = program.begin("stop", "alpha")
    wait_for("both to be told", lambda: sorted(said(program)) == ["child", "leader"])
    for pid in program.tree("alpha.1"):
        proc.kill(pid)
    assert stop.wait(30) == 0


def test_those_in_the_background_are_left_to_a_shell_that_has_a_handler(program):
    """As the entrypoints of images do it: told twice, their program would end in a hurry."""
    program.procfile(alpha="trap 'kill -TERM $pid; wait $pid; exit 0' TERM; "
                           "python3 program.py top top & pid=$!; wait $pid")
    program.write("muster.toml", "[alpha]\ngrace = '2s'\n")
    program.start()
    ready(program, "top", "child")
    program.ok("stop", "alpha")
    assert said(program) == ["top", "child"]


def test_a_supervisor_that_is_killed_meanwhile_forgets_nobody(program):
    program.procfile(alpha="exec python3 program.py leader child", bravo=STAYS)
    program.write("muster.toml", "[alpha]\ngrace = '4s'\n")
    program.start()
    ready(program, "leader", "child")
    stop = program.begin("stop", "alpha")
    program.wait_log("app[alpha.1]: leader told")
    program.kill_supervisor()
    program.wait_state("alpha.1", "down")
    assert stop.wait(30) == 0
    assert said(program) == ["leader", "child"]
    assert program.tree("alpha.1") == []


@pytest.mark.row("A155")
@pytest.mark.parametrize("audience", ["leader", "tree"])
@pytest.mark.parametrize("times", [1, 3])
def test_nobody_is_told_twice_however_often_the_supervisor_is_killed(program, audience, times):
    program.procfile(alpha="exec python3 program.py leader")
    tree = "kill = 'tree'\n" if audience == "tree" else ""
    program.write("muster.toml", f"[alpha]\n{tree}grace = '6s'\n")
    program.start()
    ready(program, "leader", "child")
    stop = program.begin("stop", "alpha")
    program.wait_log("app[alpha.1]: leader told")
    for _ in range(times):
        program.kill_supervisor()
    program.wait_state("alpha.1", "down")
    assert stop.wait(30) == 0
    assert sorted(said(program)) == ["child", "leader"]


@pytest.mark.row("A155")
@pytest.mark.asan
@pytest.mark.skipif(b"MUSTER_KILLPOINT" not in (BIN / "musterd").read_bytes(),
                    reason="only builds with the sanitizers have killpoints")
@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("point", ["asking_kept", "asking_sent"])
def test_each_is_told_once_whenever_the_supervisor_is_killed(program, point, hit):
    program.procfile(alpha="exec python3 program.py leader leader child")
    program.write("muster.toml", "[alpha]\ngrace = '40s'\n")
    program.start(env={"MUSTER_KILLPOINT": f"{point}:{hit}"})
    ready(program, "leader", "child")
    stop = program.begin("stop", "alpha")
    program.wait_state("alpha.1", "down")
    assert stop.wait(30) == 0
    assert said(program) == ["leader", "child"]
