// muster-front: lets people and programs of other machines in, by CURVE. Started by musterd, which
// it does not outlive: descriptor 3 is the end of a pair of sockets whose other end the supervisor
// has. Keeps: without a key of its own that is closed to others, a list of keys and a gate that
// stands it does not listen.
#include <fmt/format.h>
#include <unistd.h>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "base/uv/loop.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "front/front.h"
#include "front/rights.h"
#include "front/server_key_file.h"

namespace muster {
namespace {

constexpr int supervisor_fd = 3;
constexpr int most_sockets = 600;     // a connection to the daemon for each that comes in
constexpr Nanos last_moment = 100ms;  // for answers that are under way
enum Word : int { listen_word = 1, runtime_word, directory_word, words };

Result<> serve(char** argv) {
  const std::string directory = argv[directory_word];
  FrontOptions options;
  options.listen = argv[listen_word];
  options.daemon.runtime_dir = argv[runtime_word];
  options.keys_file = directory + "/keys";
  AllowedKeys keys(options.keys_file);
  keys.look();
  if (!keys.trouble().empty()) return fail("{}", keys.trouble());
  auto server_key = ServerKeyFile::open(directory + "/key", read_clocks().wall);
  if (!server_key) return tl::unexpected(server_key.error());
  options.server_key = &*server_key;
  Loop loop;
  options.on_key_replaced = [&loop] { loop.stop(); };
  ZmqContext context;
  context.get().set(zmq::ctxopt::max_sockets, most_sockets);
  Timer last(loop, [&loop] { loop.stop(); });
  std::optional<Poll> poll;
  const auto is_over = [&] {
    char byte = 0;
    if (::read(supervisor_fd, &byte, 1) != 0) return;
    poll->watch(Poll::nothing);
    last.after(last_moment);
  };
  Poll& supervisor = poll.emplace(loop, supervisor_fd, is_over);
  supervisor.watch(Poll::readable);
  auto front = Front::open(loop, context, std::move(options));
  if (!front) return tl::unexpected(front.error());
  std::puts(fmt::format("listens at {}", argv[listen_word]).c_str());
  loop.run();
  return {};
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) try {
  ::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  if (argc != muster::words) {
    (void)std::fputs("muster-front is started by musterd: see [remote] in muster.toml\n", stderr);
    return 2;
  }
  if (auto given_up = muster::give_up_rights(); !given_up) {
    std::puts(given_up.message().c_str());
    return 1;
  }
  if (auto served = muster::serve(argv); !served) {
    std::puts(served.message().c_str());
    return 1;
  }
  return 0;
} catch (const std::exception& problem) {
  std::puts(problem.what());
  return 1;
}
