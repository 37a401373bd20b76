// The bytes of control messages, pinned by the JSON-like text of their maps: every request and
// every reply, there and back.
#include <catch2/catch.hpp>
#include <msgpack.hpp>
#include <random>
#include <sstream>

#include "proto/codec.h"
#include "proto/limits.h"
#include "tests/unit/proto/hex.h"

namespace muster {
namespace {

std::vector<std::string_view> views(const Frames& frames) { return {frames.begin(), frames.end()}; }

// The map as msgpack's own printer shows it, which puts sizes for bytes and escapes slashes.
std::string shown(const std::string& frame) {
  const auto handle = msgpack::unpack(frame.data(), frame.size());
  std::ostringstream out;
  out << handle.get();
  std::string text = out.str();
  std::erase(text, '\\');
  return text;
}

// Encodes, decodes, encodes again: both times the same, and it reads like this.
std::string there_and_back(const Request& request) {
  const Frames frames = encode(request);
  const auto back = decode_request(views(frames));
  INFO((back ? "" : back.message()));
  REQUIRE(back);
  CHECK(back->body.index() == request.body.index());
  CHECK(encode(*back) == frames);
  return shown(frames[0]);
}
std::string there_and_back(const Reply& reply) {
  const Frames frames = encode(reply);
  const auto back = decode_reply(views(frames));
  INFO((back ? "" : back.message()));
  REQUIRE(back);
  CHECK(back->body.index() == reply.body.index());
  CHECK(encode(*back) == frames);
  return shown(frames[0]);
}
std::string asked(RequestBody body) {
  return there_and_back(Request{.id = 5, .by = "a@b", .body = std::move(body)});
}
std::string answered(ReplyBody body) {
  return there_and_back(Reply{.id = 5, .body = std::move(body)});
}

std::string refused_request(const std::string& frame) {
  const std::string_view frames[] = {frame};
  const auto request = decode_request(frames);
  REQUIRE_FALSE(request);
  return request.message();
}

const WallTime moment(Nanos(1795342502'114233000));

}  // namespace

TEST_CASE("a request has exactly these bytes") {
  const Frames frames = encode(Request{.id = 5, .by = "a@b", .body = StopRequest{{"web.1"}}});
  REQUIRE(frames.size() == 1);
  CHECK(hex(frames[0]) ==
        "84 a2 6964 05 a4 76657262 a4 73746f70 a2 6279 a3 614062"
        "a5 6e616d6573 91 a5 7765622e31"_hex);
}

TEST_CASE("a reply has exactly these bytes") {
  CHECK(
      hex(encode(Reply{.id = 300, .more = true, .body = RunOutputReply{Stream::out, "ok\n"}})[0]) ==
      "85 a2 6964 cd 012c a4 6d6f7265 c3 a5 7265706c79 aa 72756e5f6f7574707574"
      "a6 73747265616d a6 7374646f7574 a4 64617461 c4 03 6f6b0a"_hex);
}

TEST_CASE("every request goes there and back") {
  CHECK(asked(PsRequest{}) == R"({"id":5,"verb":"ps","by":"a@b"})");
  CHECK(asked(PsRequest{{"web"}}) == R"({"id":5,"verb":"ps","by":"a@b","names":["web"]})");
  CHECK(asked(ScaleRequest{{"web=2", "worker+1"}}) ==
        R"({"id":5,"verb":"scale","by":"a@b","changes":["web=2","worker+1"]})");
  CHECK(asked(RestartRequest{{"web"}}) ==
        R"({"id":5,"verb":"restart","by":"a@b","names":["web"]})");
  CHECK(asked(StopRequest{{"web.1"}}) == R"({"id":5,"verb":"stop","by":"a@b","names":["web.1"]})");
  CHECK(asked(StartRequest{{"web"}}) == R"({"id":5,"verb":"start","by":"a@b","names":["web"]})");
  CHECK(asked(KillRequest{{"web"}, 1}) ==
        R"({"id":5,"verb":"kill","by":"a@b","names":["web"],"number":1})");
  CHECK(asked(RunRequest{{"rake", "-T"}, {{"A", "1"}}, false, 16}) ==
        R"({"id":5,"verb":"run","by":"a@b","command":["rake","-T"],"env":{"A":"1"},"credit":16})");
  CHECK(asked(RunRequest{{"x"}, {}, true, 0}) ==
        R"({"id":5,"verb":"run","by":"a@b","command":["x"],"detach":true})");
  CHECK(asked(AttachRequest{"web.1", 16, TerminalSize{24, 80}}) ==
        R"({"id":5,"verb":"attach","by":"a@b","process":"web.1","credit":16,"terminal":[24,80]})");
  CHECK(asked(ConfigRequest{}) == R"({"id":5,"verb":"config","by":"a@b"})");
  CHECK(asked(ConfigRequest{{{"A", "1"}}, {"B"}}) ==
        R"({"id":5,"verb":"config","by":"a@b","set":{"A":"1"},"unset":["B"]})");
  CHECK(asked(ReleasesRequest{}) == R"({"id":5,"verb":"releases","by":"a@b"})");
  CHECK(asked(RollbackRequest{}) == R"({"id":5,"verb":"rollback","by":"a@b"})");
  CHECK(asked(RollbackRequest{3}) == R"({"id":5,"verb":"rollback","by":"a@b","version":3})");
  CHECK(asked(DeployRequest{"de63889", "de63889"}) ==
        R"({"id":5,"verb":"deploy","by":"a@b","code":"de63889","commit":"de63889"})");
  CHECK(asked(StatusRequest{}) == R"({"id":5,"verb":"status","by":"a@b"})");
  CHECK(asked(ReloadRequest{}) == R"({"id":5,"verb":"reload","by":"a@b"})");
  CHECK(asked(ShutdownRequest{}) == R"({"id":5,"verb":"shutdown","by":"a@b"})");
  CHECK(asked(VersionRequest{}) == R"({"id":5,"verb":"version","by":"a@b"})");
  CHECK(
      asked(ReplayRequest{.from = 0, .lines = 100, .topics = {"log/"}, .credit = 16}) ==
      R"({"id":5,"verb":"replay","by":"a@b","from":0,"lines":100,"topics":["log/"],"credit":16})");
  CHECK(asked(ReplayRequest{.from = 8, .follow = true, .journal = "5e"}) ==
        R"({"id":5,"verb":"replay","by":"a@b","from":8,"credit":0,"follow":true,"journal":"5e"})");
  CHECK(asked(ReplayRequest{.follow = true, .by_file = true}) ==
        R"({"id":5,"verb":"replay","by":"a@b","credit":0,"follow":true,"by_file":true})");
  CHECK(asked(ReplayRequest{.since = moment, .until = WallTime(Nanos(-1))}) ==
        R"({"id":5,"verb":"replay","by":"a@b","since":1795342502114233000,"until":-1,"credit":0})");
  CHECK(asked(CreditRequest{8}) == R"({"id":5,"verb":"credit","by":"a@b","messages":8})");
  CHECK(asked(InputRequest{"y\n", true}) ==
        R"~({"id":5,"verb":"input","by":"a@b","data":"BIN(size:2)","eof":true})~");
  CHECK(asked(SignalRequest{2}) == R"({"id":5,"verb":"signal","by":"a@b","number":2})");
  CHECK(asked(ResizeRequest{{24, 80}}) ==
        R"({"id":5,"verb":"resize","by":"a@b","terminal":[24,80]})");
  CHECK(asked(CancelRequest{}) == R"({"id":5,"verb":"cancel","by":"a@b"})");
}

TEST_CASE("every reply goes there and back") {
  CHECK(answered(RefusedReply{Refusal::usage, "what?"}) ==
        R"({"id":5,"reply":"refused","refusal":"usage","message":"what?"})");
  CHECK(answered(DoneReply{{"web.1"}}) == R"({"id":5,"reply":"done","names":["web.1"]})");
  CHECK(answered(PsReply{{ProcessRow{.process = "web.1",
                                     .state = "up",
                                     .command = "x",
                                     .since = moment,
                                     .age_ms = 2000,
                                     .pid = 7,
                                     .restarts = 0,
                                     .port = 5000,
                                     .last_exit = {},
                                     .note = {}},
                          ProcessRow{.process = "web.2",
                                     .state = "crashed",
                                     .command = "x",
                                     .since = moment,
                                     .age_ms = 1,
                                     .pid = {},
                                     .restarts = 3,
                                     .port = {},
                                     .last_exit = 143,
                                     .note = "why"}}}) ==
        R"({"id":5,"reply":"ps","processes":[{"process":"web.1","state":"up","command":"x",)"
        R"("since":1795342502114233000,"age_ms":2000,"pid":7,"port":5000},)"
        R"({"process":"web.2","state":"crashed","command":"x","since":1795342502114233000,)"
        R"("age_ms":1,"restarts":3,"last_exit":143,"note":"why"}]})");
  CHECK(answered(ScaleReply{{{"web", 2}, {"clock", 0}}, {{"clock", 0}, {"web", 2}}}) ==
        R"({"id":5,"reply":"scale","changed":[["web",2],["clock",0]],)"
        R"("formation":{"clock":0,"web":2}})");
  CHECK(answered(RunStartedReply{"run.1"}) ==
        R"({"id":5,"reply":"run_started","process":"run.1"})");
  CHECK(answered(RunOutputReply{Stream::err, ""}) ==
        R"({"id":5,"reply":"run_output","stream":"stderr"})");
  CHECK(answered(RunInputReply{16}) == R"({"id":5,"reply":"run_input","messages":16})");
  CHECK(answered(RunExitedReply{137}) == R"({"id":5,"reply":"run_exited","status":137})");
  CHECK(answered(AliveReply{}) == R"({"id":5,"reply":"alive"})");
  StatusReply status;
  status.app = "shop";
  status.directory = "/srv/shop";
  status.version = "0.1.0";
  status.journal_newest_time = moment;
  status.cgroup = "/cg/shop";
  status.alarms = {"fire"};
  CHECK(answered(status) ==
        R"({"id":5,"reply":"status","app":"shop","directory":"/srv/shop","version":"0.1.0",)"
        R"("pid":0,"uptime_ms":0,"seq":0,"lines":0,"journal_bytes":0,"journal_oldest_seq":0,)"
        R"("journal_newest_time":1795342502114233000,"processes":0,"processes_up":0,)"
        R"("memory_bytes":0,"open_fds":0,"fd_limit":0,"clients_refused":0,"cgroup":"/cg/shop",)"
        R"("alarms":["fire"]})");
  CHECK(answered(ReloadReply{{"web: new command"}}) ==
        R"({"id":5,"reply":"reload","changes":["web: new command"]})");
  CHECK(answered(ConfigReply{{{"A", "1"}}}) == R"({"id":5,"reply":"config","vars":{"A":"1"}})");
  CHECK(answered(ReleasedReply{3, false}) == R"({"id":5,"reply":"released","version":3})");
  CHECK(answered(ReleasedReply{3, true}) ==
        R"({"id":5,"reply":"released","version":3,"unchanged":true})");
  CHECK(answered(ReleasesReply{{{1, "Set A config vars", "a@b", moment, {}, {}, {}},
                                {2, "Deploy x", "a@b", moment, "x", "failed", "why"}}}) ==
        R"({"id":5,"reply":"releases","releases":[{"version":1,"change":"Set A config vars",)"
        R"("by":"a@b","time":1795342502114233000},{"version":2,"change":"Deploy x","by":"a@b",)"
        R"("time":1795342502114233000,"code":"x","state":"failed","failure":"why"}]})");
  CHECK(answered(VersionReply{"0.1.0", 1}) ==
        R"({"id":5,"reply":"version","version":"0.1.0","protocol":1})");
  CHECK(answered(VersionReply{"0.1.0", 1, "5eed", "mk1"}) ==
        R"({"id":5,"reply":"version","version":"0.1.0","protocol":1,"journal":"5eed",)"
        R"("next_server_key":"mk1"})");
  CHECK(answered(ReplayRecordsReply{}) == R"({"id":5,"reply":"replay_records"})");
  CHECK(answered(ReplayRecordsReply{.journal = "5eed", .head = 7, .live = true}) ==
        R"({"id":5,"reply":"replay_records","journal":"5eed","head":7,"live":true})");
  CHECK(answered(ReplayRecordsReply{.gone = {{1000, 1010}}}) ==
        R"({"id":5,"reply":"replay_records","gone":[1000,1010]})");
  CHECK(answered(ReplayEndReply{1234, {}}) == R"({"id":5,"reply":"replay_end","head":1234})");
  CHECK(answered(ReplayEndReply{1234, std::pair<uint64_t, uint64_t>{1000, 1010}}) ==
        R"({"id":5,"reply":"replay_end","head":1234,"gone":[1000,1010]})");
}

TEST_CASE("a replay's records are frames of their own, two for each") {
  const Reply reply{.id = 5,
                    .more = true,
                    .body = ReplayRecordsReply{{{"log/web.1/", "one"}, {"log/web.2/", ""}}}};
  const Frames frames = encode(reply);
  CHECK(Frames(frames.begin() + 1, frames.end()) == Frames{"log/web.1/", "one", "log/web.2/", ""});
  const auto back = decode_reply(views(frames));
  REQUIRE(back);
  CHECK(std::get<ReplayRecordsReply>(back->body).records ==
        std::get<ReplayRecordsReply>(reply.body).records);

  CHECK_FALSE(decode_reply(views(Frames(frames.begin(), frames.end() - 1))));
  Frames large = frames;
  large[2].resize(limits::bus_payload + 1);
  CHECK(decode_reply(views(large)));  // whoever decodes that record is told; the others are good
  large[1].resize(limits::bus_topic + 1);
  CHECK_FALSE(decode_reply(views(large)));
}

TEST_CASE("a wrong number of frames is refused") {
  const Frames frames = encode(Request{.id = 1, .by = "", .body = PsRequest{}});
  CHECK_FALSE(decode_request({}));
  CHECK_FALSE(decode_reply({}));
  CHECK_FALSE(decode_request(views({frames[0], frames[0]})));
  const Frames reply = encode(Reply{.id = 1, .body = DoneReply{}});
  CHECK_FALSE(decode_reply(views({reply[0], "more"})));
}

TEST_CASE("a request that is not understood says what is wrong with it") {
  CHECK(refused_request("") == "request: cut short");
  CHECK(refused_request("\xc1") == "request: not msgpack");
  CHECK(refused_request("\x90") == "request: not a map");
  CHECK(refused_request("\x80") == "request: field 'verb' is missing");
  CHECK(refused_request(unhex("81 a4 76657262 a4 66726f62"_hex)) == "request: unknown verb 'frob'");
  CHECK(refused_request(unhex("81 a4 76657262 a2 7073"_hex)) == "request: field 'id' is missing");
  CHECK(refused_request(unhex("82 a2 6964 05 a4 76657262 a2 7073"_hex)) ==
        "request: field 'by' is missing");
  CHECK(refused_request(unhex("83 a2 6964 05 a4 76657262 a6 7369676e616c a2 6279 a1 78"_hex)) ==
        "request: field 'number' is missing");
  CHECK(refused_request(
            unhex("84 a2 6964 05 a2 6279 a1 78 a4 76657262 a2 7073 a5 6e616d6573 91 01"_hex)) ==
        "request: field 'names': not a text");
  CHECK(refused_request(std::string(limits::control_message + 1, '\0')) ==
        "request: 1048577 bytes");
}

TEST_CASE("whoever sent a request that is not understood can be told, if it has an id") {
  const std::string nonsense = unhex("82 a2 6964 05 a4 76657262 a4 66726f62"_hex);
  CHECK(decode_id(std::vector<std::string_view>{nonsense}) == 5);
  CHECK_FALSE(decode_id(std::vector<std::string_view>{"\x80"}));
  CHECK_FALSE(decode_id({}));
}

TEST_CASE("a hostile request costs nothing") {
  std::string many = unhex("82 a2 6964 05 a5 6e616d6573 dd 00002001"_hex);
  many.append(0x2001, '\0');
  CHECK(refused_request(many) == "request: too large or too deep");
  CHECK(refused_request(unhex("dd ffffffff"_hex)) == "request: too large or too deep");
  CHECK(refused_request(std::string(1000, '\x91')) == "request: too large or too deep");
  std::mt19937 random(2);
  const std::string honest =
      encode(Request{.id = 1, .by = "a@b", .body = RunRequest{{"a"}, {{"b", "c"}}, true, 3}})[0];
  for (int round = 0; round < 20'000; ++round) {
    std::string frame = honest;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      frame[random() % frame.size()] = static_cast<char>(random());
    const std::string_view frames[] = {frame};
    (void)decode_request(frames);
    (void)decode_reply(frames);
  }
}

}  // namespace muster
