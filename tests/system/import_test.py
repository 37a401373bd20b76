"""ctl import: what it makes of another supervisor's file runs as it is."""

import os
import stat

from waiting import wait_for

SUPERVISORD = """\
[supervisord]
environment=GREETING="good day",SECRET="it's#odd"
[program:talk]
command=sh -c 'echo "$GREETING $SECRET $OWN %(process_num)02d"; exec tail -f /dev/null'
numprocs=2
directory=%(here)s/sub
environment=OWN="one, two"
[program:number-n]
command=sh -c 'echo number $0; exec tail -f /dev/null' n%(process_num)02d
autorestart=true
stopsignal=INT
[eventlistener:watch]
command=watch
[include]
files=conf.d/*.conf
"""


def lines_of(app, process):
    return [line.split("|", 1)[1].strip() if "|" in line else line
            for line in app.ok("logs", "-n", "all", "--time", "none", process).splitlines()]


def test_a_supervisord_conf_is_imported_and_runs(app):
    app.write("supervisord.conf", SUPERVISORD)
    app.write("conf.d/web.conf", "[program:web]\ncommand=tail -f /dev/null\nnumprocs=0\n")
    app.write("sub/.keep", "")
    told = app.ctl("import", "supervisord.conf")
    assert told.returncode == 0, told.stderr
    assert "supervisord.conf:12: [eventlistener:watch]: " in told.stderr
    place = app.home.app
    assert stat.S_IMODE(os.stat(place / ".env").st_mode) == 0o600
    formation = told.stdout.splitlines()[-1].split("ctl ", 1)[1].split()
    assert formation == ["scale", "talk=2", "number-n=1", "web=0"]
    app.ok("check", "--strict")
    app.start()
    app.ok(*formation)
    app.ok("wait")
    wait_for("a word", lambda: any("number n00" in line for line in lines_of(app, "number-n")))
    wait_for("a line", lambda: any("good day it's#odd one, two" in line
                                   for line in lines_of(app, "talk.2")))


def test_what_is_there_is_not_written_over(app):
    app.write("s.conf", "[program:a]\ncommand=a\n")
    app.write("Procfile", "web: mine\n")
    told = app.refused("import", "s.conf")
    assert "Procfile is there already" in told
    assert sorted(os.listdir(app.home.app)) == ["Procfile", "s.conf"]
    assert "a: a\n" in app.ok("import", "s.conf", "--dry-run")
    assert "Wrote new/place/Procfile" in app.ok("import", "s.conf", "--into", "new/place")
    app.ok("import", "s.conf", "--force")
    assert (app.home.app / "Procfile").read_text().endswith("a: a\n")


def test_a_file_of_no_known_kind_is_refused(app):
    app.write("some.txt", "hello\n")
    assert "say it by --from" in app.refused("import", "some.txt")
    assert "there is no such file" in app.refused("import", "nothing.conf")
    app.write("bad.conf", "[program:a]\nwhat\n")
    assert "bad.conf:2: not of the form KEY=VALUE" in app.refused("import", "bad.conf")


def test_a_program_is_run_only_when_it_is_trusted(app):
    app.write("ecosystem.config.js", "console.log('hello');\nmodule.exports = {apps: [\n"
              "  {name: 'api', script: './api.sh', env: {A: 1}}, {name: 'b', script: 'x.py'}]};\n")
    assert "--trust" in app.refused("import", "ecosystem.config.js")
    app.ok("import", "ecosystem.config.js", "--trust")
    assert "api: bash ./api.sh\nb: python3 x.py\n" in (app.home.app / "Procfile").read_text()
    app.ok("check", "--strict")


def test_a_compose_file_with_its_neighbours_is_imported_and_runs(app):
    app.write("compose.yaml", """\
x-env: &env
  WORD: ${WORD:-none}
services:
  db: {image: "postgres:16"}
  talk:
    build: ./talk
    env_file: own.env
    environment: {<<: *env}
    depends_on: [db]
    restart: always
""")
    app.write(".env", "WORD='from here'\n")
    app.write("own.env", "OWN=mine\n")
    app.write("talk/Dockerfile",
              "FROM debian\nCMD [\"sh\", \"-c\", \"echo $WORD $OWN; exec tail -f /dev/null\"]\n")
    told = app.ctl("import", "compose.yaml")
    assert told.returncode == 0, told.stderr
    assert "compose.yaml:4: db: its program is in the image postgres:16" in told.stderr
    assert (app.home.app / ".env").read_text() == "WORD='from here'\n"
    app.ok("check", "--strict")
    app.start()
    app.ok("wait")
    wait_for("a word", lambda: any("from here mine" in line for line in lines_of(app, "talk")))


def test_a_million_laughs_are_refused_at_once(app):
    app.write("compose.yaml", "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)))
    told = app.refused("import", "compose.yaml")
    assert "compose.yaml:" in told and "values in it" in told


def test_units_that_foreman_exported_run_again(app):
    app.write("shop.target", "[Unit]\nWants=shop-talk.1.service shop-talk.2.service\n")
    for number in (1, 2):
        app.write(f"shop-talk.{number}.service",
                  f"[Service]\nEnvironment=PORT={5000 + number}\nEnvironment=WORD=again\n"
                  f"ExecStart=/bin/bash -lc 'exec -a \"shop-talk.{number}\" sh -c "
                  "\"echo $WORD; exec tail -f /dev/null\"'\nRestart=always\n")
    assert "ctl scale talk=2" in app.ok("import", "shop.target")
    app.ok("check", "--strict")
    app.start()
    app.ok("scale", "talk=2")
    app.ok("wait")
    for number in (1, 2):
        wait_for("a word", lambda number=number: any(
            line.endswith("again") for line in lines_of(app, f"talk.{number}")))
