// Asking whether launches are ready, by real commands and real sockets.
#include "daemon/edge/watch/probes.h"

#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "tests/support/local_socket.h"
#include "tests/support/temp_dir.h"

using namespace muster;
using Kind = Readiness::Kind;

namespace {

struct ProbeStage {
  TempDir directory;
  Loop loop;
  std::vector<LaunchId> told;
  Probes probes{loop,
                [this](LaunchId) {
                  return Whereabouts{{"env", "-C", directory.path()}, {"PORT=80"}, {}};
                },
                [this](Event event) { told.push_back(std::get<Ready>(event).launch); }};

  void watch(Kind kind, std::string what, uint32_t port = 0, Nanos within = 1min) {
    probes.watch({1, {kind, std::move(what), {}}, port, within});
  }
  void run_for(Nanos time) {
    bool over = false;
    Timer timer(loop, [&] { over = true; });
    timer.after(time);
    while (!over) loop.turn(true);
  }
  void run_until_told() {
    bool over = false;
    Timer timer(loop, [&] { over = true; });
    timer.after(20s);
    while (told.empty() && !over) loop.turn(true);
  }
};

// Answers one GET with what it is given.
struct Server : LocalSocket {
  Server() { REQUIRE(listen(fd.get(), 8) == 0); }
  std::string answer(std::string_view response) {
    UniqueFd client(accept(fd.get(), nullptr, nullptr));
    char request[256];
    const ssize_t n = recv(client.get(), request, sizeof request, 0);
    REQUIRE(send(client.get(), response.data(), response.size(), 0) > 0);
    return {request, static_cast<size_t>(n)};
  }
};

}  // namespace

TEST_CASE("a launch is ready once its command succeeds, in its directory and environment") {
  ProbeStage stage;
  stage.watch(Kind::exec, "echo tried >> tries; [ \"$PORT\" = 80 ] && [ $(wc -l < tries) -ge 3 ]");
  stage.run_until_told();
  CHECK(stage.told == std::vector<LaunchId>{1});
  stage.run_for(200ms);
  CHECK(stage.told.size() == 1);
}

TEST_CASE("a command that exits in its own way, or is killed, is no yes") {
  for (auto command : {"exit 1", "kill -9 $$", "no-such-command-at-all"}) {
    ProbeStage stage;
    stage.watch(Kind::exec, command);
    stage.run_for(300ms);
    CHECK(stage.told.empty());
  }
}

TEST_CASE("a command that is still asking is ended when nobody waits any more") {
  ProbeStage stage;
  stage.watch(Kind::exec, "mkfifo asked; : > asked; exec tail -f /dev/null");
  stage.run_for(300ms);
  const std::string fifo = stage.directory.path() + "/asked";
  if (access(fifo.c_str(), F_OK) != 0) stage.run_for(2s);
  stage.probes.forget(1);
  stage.run_for(50ms);
  CHECK(stage.told.empty());
}

TEST_CASE("a launch that is not ready in time is not asked any more") {
  ProbeStage stage;
  stage.watch(Kind::exec, "echo tried >> tries; false", 0, 100ms);
  stage.run_for(1s);
  const auto count = [&] {
    std::unique_ptr<FILE, int (*)(FILE*)> file(
        fopen((stage.directory.path() + "/tries").c_str(), "re"), fclose);
    size_t lines = 0;
    for (int c; file && (c = fgetc(file.get())) != EOF;) lines += c == '\n';
    return lines;
  };
  const size_t tries = count();
  CHECK(tries >= 1);
  stage.run_for(500ms);
  CHECK(count() == tries);
}

TEST_CASE("a launch is ready once a GET is answered well") {
  Server server;
  ProbeStage stage;
  stage.watch(Kind::http, "/health", server.port);
  stage.run_for(200ms);
  CHECK(
      server.answer("HTTP/1.1 503 Not yet\r\n\r\n").starts_with("GET /health HTTP/1.0\r\nHost: "));
  stage.run_for(300ms);
  CHECK(stage.told.empty());
  server.answer("HTTP/1.1 204 No Content\r\n\r\n");
  stage.run_until_told();
  CHECK(stage.told == std::vector<LaunchId>{1});
}

TEST_CASE("nobody listens, and what speaks no HTTP is not ready") {
  ProbeStage nobody;
  nobody.watch(Kind::http, "/", 1);
  nobody.run_for(300ms);
  CHECK(nobody.told.empty());
  Server server;
  ProbeStage stage;
  stage.watch(Kind::http, "/", server.port);
  stage.run_for(200ms);
  server.answer("SSH-2.0-OpenSSH");
  stage.run_for(100ms);
  CHECK(stage.told.empty());
}
