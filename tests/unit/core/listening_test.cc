// Types whose processes share a socket.
#include "stage.h"

using namespace muster;

namespace {

AppModel sharing() {
  AppModel model = shop();
  model.types[0].settings.listen = ListenAddress{{}, "0.0.0.0", 8080};
  return model;
}

std::string port_in(const Launch& launch) {
  for (auto& [name, value] : launch.env)
    if (name == "PORT") return value;
  return "";
}

}  // namespace

TEST_CASE("all processes of a type that listens have its socket and its port") {
  Stage stage({{"web", 2}, {"worker", 1}}, sharing());
  CHECK(stage.listening() == std::vector{ListenAddress{{}, "0.0.0.0", 8080}});
  for (auto name : {"web.1", "web.2"}) {
    CHECK(stage.launch(name).listen == ListenAddress{{}, "0.0.0.0", 8080});
    CHECK(port_in(stage.launch(name)) == "8080");
    CHECK(stage.row(name).port == 8080u);
  }
  CHECK_FALSE(stage.launch("worker.1").listen);
  CHECK(port_in(stage.launch("worker.1")) == "5100");
}

TEST_CASE("a process with a shared socket is up when somebody accepts there") {
  Stage stage({{"web", 1}, {"worker", 0}}, sharing());
  stage.launched("web.1");
  CHECK(stage.row("web.1").state == "starting");
  stage.tell(PortSeen{stage.launch_of("web.1"), "nobody accepts on 8080, 3 wait"});
  CHECK(stage.row("web.1").note == "nobody accepts on 8080, 3 wait");
  stage.listens("web.1");
  CHECK(stage.row("web.1").state == "up");
  CHECK_FALSE(stage.row("web.1").note);
}

TEST_CASE("a process with a shared socket is up as its files say, where they do") {
  AppModel model = sharing();
  model.types[0].settings.booting.ready = Readiness{};
  Stage stage({{"web", 1}, {"worker", 0}}, std::move(model));
  stage.launched("web.1");
  CHECK(stage.row("web.1").state == "up");
}

TEST_CASE("there is nobody to accept where a type shares no socket") {
  AppModel model = shop();
  model.types[0].settings.booting.ready = Readiness{Readiness::Kind::accept, {}, {}};
  Stage stage({{"web", 1}, {"worker", 0}}, std::move(model));
  stage.launched("web.1");
  CHECK(stage.row("web.1").state == "up");
}

TEST_CASE("a socket of this machine has no port") {
  AppModel model = sharing();
  model.types[0].settings.listen = ListenAddress{"web.sock", {}, 0};
  Stage stage({{"web", 1}, {"worker", 0}}, std::move(model));
  CHECK(port_in(stage.launch("web.1")).empty());
  CHECK_FALSE(stage.row("web.1").port);
}

TEST_CASE("a one-off does not answer in the name of its type") {
  Stage stage({{"web", 0}, {"worker", 0}}, sharing());
  stage.ask(RunRequest{{"web"}, {}, true, 0});
  CHECK_FALSE(stage.launch("run.1").listen);
}

TEST_CASE("a reload opens and closes sockets, and says so once") {
  Stage stage({{"web", 1}, {"worker", 0}});
  CHECK(stage.listening().empty());
  stage.launched("web.1");
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{sharing()});
  CHECK(stage.listening().size() == 1);
  stage.dies("web.1", SIGTERM);
  stage.gone("web.1");
  CHECK(port_in(stage.launch("web.1")) == "8080");
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{shop()});
  CHECK(stage.listening().empty());
  stage.launched("web.1");
  stage.dies("web.1", SIGTERM);
  stage.gone("web.1");
  CHECK(port_in(stage.launch("web.1")) == "5000");
}
