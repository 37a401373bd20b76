// Attached one-offs: what goes to the client and when, what comes from it, and what happens when it
// has gone.
#include "daemon/edge/output/attachments.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <optional>

#include "base/uv/timer.h"

namespace muster {
namespace {

constexpr LaunchId launch_id = 7;

// The other ends of a launch's pipes, and what the client has been sent.
struct Desk {
  explicit Desk(uint32_t credit) {
    signal(SIGPIPE, SIG_IGN);
    Launch launch;
    launch.launch = launch_id;
    launch.attached = Launch::Attachment{"client", 3, credit};
    PipeEnds ours;
    make_pipe(in, ours.in);
    make_pipe(ours.out, out);
    make_pipe(ours.err, err);
    REQUIRE(attachments.open(launch, std::move(ours)));
  }

  static void make_pipe(UniqueFd& read_end, UniqueFd& write_end) {
    int fds[2];
    REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
    read_end.reset(fds[0]);
    write_end.reset(fds[1]);
  }
  void print(const std::string& bytes) {
    REQUIRE(write(out.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void close_outputs() {
    out.reset();
    err.reset();
  }
  // Lets the loop do what it can do by now.
  void settle() {
    for (int i = 0; i < 20; ++i) loop.turn(false);
  }
  std::string read_input() {
    char chunk[65536];
    ssize_t n = read(in.get(), chunk, sizeof chunk);
    return std::string(chunk, n > 0 ? static_cast<size_t>(n) : 0);
  }

  Loop loop;
  UniqueFd in, out, err;
  std::vector<Reply> replies;
  std::string text;
  int ends = 0, told_of_end = 0, inputs_ended = 0;
  bool client_is_there = true;
  ptrdiff_t held = 0;
  Outlet outlet{[this](const ClientId& client, const Reply& reply) {
                  CHECK(client == "client");
                  CHECK(reply.id == 3);
                  CHECK(reply.more);
                  replies.push_back(reply);
                  if (std::holds_alternative<RunInputReply>(reply.body)) return client_is_there;
                  auto& data = std::get<RunOutputReply>(reply.body).data;
                  CHECK(data.size() <= 65536);
                  text += data;
                  ends += data.empty();
                  return client_is_there;
                },
                [this](const ClientId&, ptrdiff_t bytes) { held += bytes; }};
  Attachments attachments{loop, outlet, [this] { ++told_of_end; },
                          [this](LaunchId) { ++inputs_ended; }};
};

TEST_CASE("nothing is sent before the start has been told") {
  Desk desk(16);
  desk.print("early\n");
  desk.settle();
  CHECK(desk.replies.empty());
  desk.attachments.begin(launch_id);
  desk.settle();
  CHECK(desk.text == "early\n");
}

TEST_CASE("output goes to the client by stream, and the end of each is sent") {
  Desk desk(16);
  desk.attachments.begin(launch_id);
  desk.print("x");
  desk.settle();
  REQUIRE(write(desk.err.get(), "y", 1) == 1);
  desk.settle();
  desk.close_outputs();
  desk.settle();
  REQUIRE(desk.replies.size() == 4);
  CHECK(std::get<RunOutputReply>(desk.replies[0].body).stream == Stream::out);
  CHECK(std::get<RunOutputReply>(desk.replies[1].body).stream == Stream::err);
  CHECK(desk.ends == 2);
  CHECK(desk.told_of_end == 2);
  CHECK(desk.attachments.ended(launch_id));
}

TEST_CASE("without credit nothing is read, so that the program waits; a grant sets it going") {
  Desk desk(1);
  desk.attachments.begin(launch_id);
  desk.print("one");
  desk.settle();
  desk.print("two");
  desk.settle();
  CHECK(desk.text == "one");
  CHECK(desk.attachments.patience(launch_id) > 1min);
  desk.close_outputs();
  desk.attachments.drain(launch_id);
  CHECK_FALSE(desk.attachments.ended(launch_id));
  desk.attachments.grant(launch_id, 1);
  CHECK(desk.text == "onetwo");
  CHECK_FALSE(desk.attachments.ended(launch_id));
  desk.attachments.grant(launch_id, 5);
  CHECK(desk.attachments.ended(launch_id));
  CHECK(desk.replies.size() == 4);
}

TEST_CASE("more credit than the limit is the limit") {
  Desk desk(4'000'000'000);
  desk.attachments.begin(launch_id);
  desk.attachments.grant(launch_id, 4'000'000'000);
  for (int i = 0; i < 40; ++i) {
    desk.print("x");
    desk.settle();
  }
  CHECK(desk.replies.size() == 16);
}

TEST_CASE("what a lost client's program prints is thrown away, and its end is an end") {
  Desk desk(1);
  desk.attachments.begin(launch_id);
  desk.print("one");
  desk.settle();
  desk.print("two");
  desk.close_outputs();
  desk.attachments.forget("somebody else");
  CHECK_FALSE(desk.attachments.ended(launch_id));
  desk.attachments.forget("client");
  CHECK(desk.attachments.ended(launch_id));
  CHECK(desk.text == "one");
}

TEST_CASE("a client that cannot be sent to is lost") {
  Desk desk(16);
  desk.client_is_there = false;
  desk.attachments.begin(launch_id);
  desk.print("one");
  desk.settle();
  desk.print("two");
  desk.settle();
  CHECK(desk.text == "one");
}

TEST_CASE("input arrives in order, however slowly it is read, and then its end") {
  Desk desk(16);
  std::string sent(300'000, 'a'), got;
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  desk.attachments.input(launch_id, sent.substr(0, 200'000), false);
  desk.attachments.input(launch_id, sent.substr(200'000), true);
  desk.attachments.input(launch_id, "too late", false);
  while (got.size() < sent.size()) {
    auto more = desk.read_input();
    REQUIRE_FALSE(more.empty());
    got += more;
    desk.settle();
  }
  CHECK(got == sent);
  CHECK(desk.read_input().empty());  // the end: it would block otherwise
}

TEST_CASE("an input is granted again when all of it has been written") {
  Desk desk(16);
  desk.attachments.input(launch_id, std::string(200'000, 'x'), false);
  desk.attachments.input(launch_id, "y", false);
  desk.settle();
  CHECK(desk.replies.empty());
  CHECK(desk.held > 100'000);
  const auto granted = [&] {
    uint32_t messages = 0;
    for (auto& reply : desk.replies) messages += std::get<RunInputReply>(reply.body).messages;
    return messages;
  };
  while (granted() < 2 && !desk.read_input().empty()) desk.settle();
  CHECK(granted() == 2);
  CHECK(desk.held == 0);
  CHECK(desk.replies[0].more);
}

TEST_CASE("what has not been written whole is not granted again") {
  Desk desk(16);
  const std::string message(4096, 'x');
  size_t sent = 0;
  while (desk.held == 0) desk.attachments.input(launch_id, message, false), ++sent;
  uint32_t granted = 0;
  for (auto& reply : desk.replies) granted += std::get<RunInputReply>(reply.body).messages;
  CHECK(granted == sent - 1);
  CHECK(desk.held == 4096);
  CHECK(desk.read_input().size() % 4096 == 0);
}

TEST_CASE("what a one-off prints waits for a client that has not come back, or is thrown away") {
  Desk desk(16);
  Launch launch;
  launch.launch = 8;
  launch.attached = Launch::Attachment{"", 0, 0};
  UniqueFd in, out, err;
  PipeEnds ours;
  Desk::make_pipe(in, ours.in);
  Desk::make_pipe(ours.out, out);
  Desk::make_pipe(ours.err, err);
  REQUIRE(desk.attachments.open(launch, std::move(ours)));
  desk.attachments.begin(8);
  REQUIRE(write(out.get(), "waits\n", 6) == 6);
  desk.settle();
  CHECK(desk.attachments.patience(8) > 1min);
  SECTION("it comes back") {
    REQUIRE(desk.attachments.attach({8, {"run", 1}, {"client", 3, 16}}));
    desk.settle();
    CHECK(desk.text == "waits\n");
    desk.attachments.input(8, "typed", false);
    char typed[5];
    CHECK(read(in.get(), typed, 5) == 5);
  }
  SECTION("it does not") {
    desk.attachments.forget(LaunchId{8});
    desk.settle();
    CHECK(desk.text.empty());
    CHECK(desk.attachments.patience(8) < 1min);
  }
  SECTION("there is no such launch") CHECK_FALSE(desk.attachments.attach({9, {"run", 2}, {}}));
}

TEST_CASE("who keeps the way to write to a launch is told that it has ended") {
  Desk desk(16);
  CHECK(desk.attachments.input_end(launch_id) >= 0);
  desk.attachments.input(launch_id, "last", true);
  CHECK(desk.attachments.input_end(launch_id) == -1);
  CHECK(desk.inputs_ended == 1);
}

TEST_CASE("a program that is about to be replaced reads nothing more, and takes no input") {
  Desk desk(16);
  desk.attachments.begin(launch_id);
  desk.print("one");
  desk.settle();
  CHECK_FALSE(desk.attachments.all_taken());
  desk.attachments.pause();
  desk.print("two");
  desk.attachments.input(launch_id, "lost?", false);
  desk.attachments.grant(launch_id, 1);
  desk.settle();
  CHECK(desk.text == "one");
  CHECK(desk.replies.size() == 1);
  CHECK(desk.attachments.all_taken());
}

TEST_CASE("input that nobody reads is dropped at the limit, and closed") {
  Desk desk(16);
  std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 10; ++i) desk.attachments.input(launch_id, chunk, false);
  size_t got = 0;
  for (auto more = desk.read_input(); !more.empty(); more = desk.read_input()) got += more.size();
  CHECK(got < 2 * chunk.size());
}

TEST_CASE("a program that closes its stdin disturbs nobody") {
  Desk desk(16);
  desk.attachments.begin(launch_id);
  desk.attachments.input(launch_id, std::string(200'000, 'x'), false);
  desk.in.reset();
  desk.settle();
  desk.attachments.input(launch_id, "more", true);
  desk.print("still here");
  desk.settle();
  CHECK(desk.text == "still here");
}

TEST_CASE("requests for a launch that has ended come too late, and that is all") {
  Desk desk(16);
  desk.attachments.close(launch_id);
  desk.attachments.grant(launch_id, 1);
  desk.attachments.input(launch_id, "x", true);
  desk.attachments.forget("client");
  CHECK(desk.attachments.ended(launch_id));
}

}  // namespace
}  // namespace muster
