// A supervisord.conf to a Procfile, an .env and a muster.toml.
#include "imported_from.h"

using namespace muster;

namespace {
ImportedFiles files(const std::string& text) {
  return files_from(import_supervisor, source_of(text));
}
std::string refusal(const std::string& text) {
  auto imported = import_supervisor(source_of(text));
  return imported ? "" : imported.message();
}
}  // namespace

TEST_CASE("a queue of workers is a type with a formation") {
  const auto made = files(R"([program:worker]
process_name=%(program_name)s_%(process_num)02d
command=php artisan queue:work --tries=3   ; from the handbook
numprocs=8
autostart=true
autorestart=true
stopasgroup=true
killasgroup=true
user=www-data
redirect_stderr=true
stdout_logfile=/srv/shop/worker.log
stopwaitsecs=3600
stopsignal=QUIT
)");
  CHECK(holds(made.app.procfile, "worker: php artisan queue:work --tries=3\n"));
  CHECK(made.app.formation == "ctl scale worker=8");
  CHECK(holds(
      made.app.settings,
      "[worker]\ngrace = \"3600s\"\nkill = \"tree\"\nsignal = \"QUIT\"\nuser = \"www-data\"\n"));
  CHECK(holds(made.notes, "FILE:11: worker: stdout_logfile: "));
}

TEST_CASE("supervisord's usual restart is told, and only a wish for always is left out") {
  const auto made = files(
      "[program:a]\ncommand=a\n[program:b]\ncommand=b\nautorestart=true\n"
      "[program:c]\ncommand=c\nautorestart=false\n[program:d]\ncommand=d\nexitcodes=0, 2\n");
  CHECK(holds(made.app.settings, "[a]\nrestart = \"on-failure\"\n"));
  CHECK_FALSE(holds(made.app.settings, "[b]"));
  CHECK(holds(made.app.settings, "[c]\nrestart = \"never\"\n"));
  CHECK(holds(made.app.settings, "[d]\nrestart = \"on-failure\"\nsuccess = [0, 2]\n"));
}

TEST_CASE("a command that no shell has read means the same to one") {
  const auto command = [](const std::string& line) {
    const auto made = files("[program:x]\ncommand=" + line + "\n");
    const size_t at = made.app.procfile.find("\nx: ") + 4;
    return made.app.procfile.substr(at, made.app.procfile.size() - at - 1);
  };
  CHECK(command("a 'b c' \"d\"") == "a 'b c' \"d\"");
  CHECK(command("echo $HOME") == "echo '$HOME'");
  CHECK(command("sh -c \"echo $HOME; b\"") == "sh -c 'echo $HOME; b'");
  CHECK(command("a --format='%%(asctime)s'") == "a '--format=%(asctime)s'");
  CHECK(command("a -b :%(ENV_PORT)s") == "a -b \":${PORT}\"");
  CHECK(command("a w%(process_num)02d") == "a \"w$(printf %02d $((${PS##*.} - 1)))\"");
  CHECK(command("a %(here)s/b %(program_name)s") == "a /srv/shop/b x");
  CHECK(command("a\n  --more") == "a --more");
  CHECK(command("a 'b\n  %(ENV_C)s'") == "a \"b ${C}\"");
  CHECK(command("A=1") == "A=1");
  CHECK(command("a 'it'\\''s'") == "a 'it'\\''s'");
}

TEST_CASE("variables of all stand in .env, those of a type in its table") {
  const auto made = files(R"([supervisord]
environment=LANG="C.UTF-8",PASSWORD="it's#1"
[program:a]
command=a
environment=
    ONE="1",
    TWO="two, words",
    BOTH=x,
    PATH="/venv/bin:%(ENV_PATH)s"
[program:b]
command=b
environment=BOTH=x,PORT=80%(process_num)02d
)");
  CHECK(holds(made.app.env, "LANG=C.UTF-8\nPASSWORD=it's#1\n"));
  CHECK(holds(made.app.env, "BOTH=x\n"));
  CHECK(holds(made.app.settings, "[a.env]\nONE = \"1\"\nTWO = \"two, words\"\n"));
  CHECK(holds(made.app.procfile, "a: PATH=\"/venv/bin:${PATH}\" a\n"));
  CHECK(holds(made.app.procfile, "b: PORT=\"80$(printf %02d $((${PS##*.} - 1)))\" b\n"));
  CHECK(holds(made.notes, "b: PORT stands before its command"));
  CHECK(made.app.settings_are_secret);
}

TEST_CASE("a name that means something else here is another one, and is told") {
  const auto made = files(
      "[program:app]\ncommand=a\n[program:web.one]\ncommand=b\n"
      "[program:run]\ncommand=c\n[program:clock]\ncommand=d\nnumprocs=2\n");
  CHECK(made.app.formation == "ctl scale app1=1 web-one=1 run1=1 clock=2");
  CHECK(holds(made.app.settings, "singleton = false"));
  CHECK(holds(made.notes, "FILE:1: 'app' is called 'app1' here: "));
  CHECK(holds(made.notes, "FILE:3: 'web.one' is called 'web-one' here: "));
}

TEST_CASE("a web that does not ask for its port is up as soon as it runs") {
  CHECK(holds(files("[program:web]\ncommand=serve 8000\n").app.settings, "ready = \"none\""));
  CHECK_FALSE(holds(files("[program:web]\ncommand=serve %(ENV_PORT)s\n").app.settings, "ready"));
}

TEST_CASE("a file that foreman has exported is the Procfile that it was made of") {
  const auto made = files(R"([program:shop-web-1]
command=bundle exec puma
autostart=true
autorestart=true
environment=PORT="5000",LANG="C"
[program:shop-web-2]
command=bundle exec puma
autostart=true
autorestart=true
environment=PORT="5001",LANG="C"
[program:shop-work-er-1]
command=rake work
autorestart=true
environment=PORT="5100",LANG="C"
[group:shop]
programs=shop-web-1,shop-web-2,shop-work-er-1
)");
  CHECK(holds(made.app.procfile, "web: bundle exec puma\nwork-er: rake work\n"));
  CHECK(made.app.formation == "ctl scale web=2 work-er=1");
  CHECK(made.app.env == "LANG=C\n");
  CHECK(made.app.settings.empty());
  CHECK(made.notes.empty());
}

TEST_CASE("what cannot be carried over is told with its line") {
  const auto made = files(R"([inet_http_server]
port=9001
[program:a]
command=a
priority=3
stopsignal=KILL
umask=abc
strtsecs=3
command2=x
[eventlistener:l]
command=l
[fcgi-program:p]
command=p
[programm:q]
command=q
[program:empty]
directory=/
[program:bad]
command=a %(nothing)s
)");
  for (auto* place :
       {"FILE:1: [inet_http_server]: ", "FILE:5: a: priority: ", "FILE:6: a: stopsignal: ",
        "FILE:7: a: umask: ", "FILE:8: a: strtsecs: ", "FILE:10: [eventlistener:l]: ",
        "FILE:12: [fcgi-program:p]: ", "FILE:14: [programm:q]: ", "FILE:16: [program:empty]: ",
        "FILE:19: bad: command: "})
    CHECK(holds(made.notes, place));
  CHECK(made.app.formation == "ctl scale a=1");
}

TEST_CASE("what is no such file is refused with its line") {
  CHECK(refusal("command=a\n") == "FILE:1: it stands before the first [section]");
  CHECK(refusal("[program:a]\nwhat is this\n") == "FILE:2: not of the form KEY=VALUE");
  CHECK(refusal("[program:a\n") == "FILE:1: the ] is missing");
  auto none = import_supervisor(source_of("[supervisord]\n"));
  REQUIRE(none);
  CHECK_FALSE(written(*none, false));
}

TEST_CASE("an .env that is there stays, and the variables of all stand in the settings") {
  const auto made =
      files_from(import_supervisor, source_of("[program:a]\ncommand=a\nenvironment=X=1\n"), true);
  CHECK(made.app.env.empty());
  CHECK(holds(made.app.settings, "[app.env]\nX = \"1\"\n"));
}

TEST_CASE("the files that are included are read, and their notes name them") {
  auto source = source_of("[include]\nfiles = conf.d/*.conf none/*\n");
  source.files = [](const std::string& pattern) {
    std::vector<ImportSource::Found> found;
    if (pattern == "conf.d/*.conf")
      found.push_back({"conf.d/a.conf", "[program:a]\ncommand=a\npriority=1\n"});
    return found;
  };
  const auto made = files_from(import_supervisor, source);
  CHECK(holds(made.notes, "conf.d/a.conf:3: a: priority: "));
  CHECK(holds(made.notes, "FILE:2: files: none/* matches nothing here"));
}
