// muster-drain: ships the lines of an app to one receiver, acknowledged. It runs beside a daemon
// and needs no more of it than its socket for readers. Keeps: its address, which may hold a
// password, comes from a file or a descriptor, never from its command line or its environment.
#include <curl/curl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/options.h"
#include "base/own_file.h"
#include "base/uv/signal_watch.h"
#include "base/whole_file.h"
#include "drain/drain.h"
#include "proto/version.h"

namespace muster::drain {
namespace {

constexpr size_t longest_url = 64 << 10;
constexpr Nanos default_grace = 5s;
constexpr size_t logplex_batch = 100 << 10;  // Heroku's

struct Words {
  std::string app, name = "drain", state, url_file, ca, source;
  std::optional<uint64_t> url_fd;
  std::vector<std::string> only;
  double grace_s = std::chrono::duration<double>(default_grace).count();
  bool from_start = false, test = false;
};

// Neither the address nor lines of the app are left behind in a core.
void give_up_rights() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::signal(SIGPIPE, SIG_IGN);
}

Result<std::string> read_to_end(int fd) {
  std::string text;
  char bytes[4096];
  for (;;) {
    const ssize_t n = ::read(fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "--url-fd {}", fd);
    if (n == 0) return text;
    text.append(bytes, static_cast<size_t>(n));
    if (text.size() > longest_url) return fail("--url-fd {}: this is too long for an address", fd);
  }
}

Result<Url> read_url(const Words& words) {
  if (words.url_file.empty() && !words.url_fd)
    return fail("say where the address is: --url-file FILE or --url-fd N");
  auto text =
      words.url_fd ? read_to_end(static_cast<int>(*words.url_fd)) : read_own_file(words.url_file);
  if (!text) return tl::unexpected(text.error());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return parse_url(*text);
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string token_of(const Words& words, const std::string& host) {
  const auto a = digest_of(fmt::format("{}/{}/{}", host, words.app, words.name));
  const auto b = digest_of(fmt::format("{}/{}/{}", words.name, words.app, host));
  return fmt::format("d.{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff,
                     a & 0xffff, b >> 48, b & 0xffffffffffff);
}

Result<DrainSetup> set_up(const Words& words) {
  const auto env = [](const std::string& name) -> std::optional<std::string> {
    const char* value = ::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  auto daemon = endpoints_of(words.app, ::geteuid() == 0, ::geteuid(), env);
  if (!daemon) return tl::unexpected(daemon.error());
  auto url = read_url(words);
  if (!url) return tl::unexpected(url.error());
  DrainSetup setup;
  setup.daemon = std::move(*daemon);
  const std::string host = host_name();
  setup.sink = {std::move(*url), {words.app, host}, words.ca, token_of(words, host)};
  if (setup.sink.url.kind == SinkKind::logplex) setup.policy.batch_bytes = logplex_batch;
  if (setup.sink.url.kind == SinkKind::syslog && words.ca.empty())
    if (const auto ca = setup.sink.url.options.find("ca"); ca != setup.sink.url.options.end())
      setup.sink.ca = ca->second;
  setup.policy.types = words.only;
  setup.policy.app = words.source != "muster";
  setup.policy.muster = words.source != "app";
  setup.from_start = words.from_start;
  return setup;
}

// Sends one line, and says what became of it.
int test(const DrainSetup& setup) {
  Loop loop;
  Batch batch{"test", 1, 1, {}};
  batch.lines.push_back({1, 1, read_clocks().wall, Origin::event, Stream::out, "drain",
                         "This is a test of the drain by ctl drains test"});
  std::optional<Answer> answer;
  auto sink = make_sink(loop, setup.sink, [&](const Answer& given) {
    answer = given;
    loop.stop();
  });
  sink->send({&batch, 0, 1, batch.id(0, 1)});
  loop.run();
  const bool accepted = answer && answer->kind == Answer::Kind::accepted;
  std::puts(fmt::format("{}: {}", setup.sink.url.masked,
                        accepted ? "a line was sent and accepted"
                        : answer ? answer->why
                                 : "?")
                .c_str());
  return accepted ? 0 : 1;
}

Result<> ship(const Words& words, DrainSetup setup) {
  const std::string directory =
      words.state.empty() ? setup.daemon.state_dir + "/drains/" + words.name : words.state;
  auto place = Place::open(directory);
  if (!place) return tl::unexpected(place.error());
  Loop loop;
  ZmqContext context;
  Drain drain(loop, context, std::move(setup), std::move(*place));
  const Nanos grace(static_cast<int64_t>(words.grace_s * 1e9));
  SignalWatch end(loop, SIGTERM, [&] { drain.finish(grace); });
  SignalWatch interrupt(loop, SIGINT, [&] { drain.finish(grace); });
  loop.run();
  if (!drain.failure().empty()) return fail("{}", drain.failure());
  return {};
}

std::optional<int> parse(int argc, char** argv, Words& words) {
  Options options("Ships the lines of an app to one receiver, each of them acknowledged.",
                  "muster-drain");
  options.text("-a,--app", words.app, "the app").required().shown_as("NAME");
  options.text("--url-file", words.url_file, "a file with the address, for its owner alone")
      .shown_as("FILE");
  options.number("--url-fd", words.url_fd, "or a descriptor that it is read from").shown_as("N");
  options.text("--name", words.name, "of the drain, which names its place in the app's state")
      .shown_as("NAME [drain]");
  options.text("--state", words.state, "the drain's directory, instead of that").shown_as("DIR");
  options.texts("--only", words.only, "only lines of this process type").shown_as("TYPE");
  options.text("--source", words.source, "only lines of the app, or only Muster's events")
      .one_of({"app", "muster"});
  options.text("--ca", words.ca, "certificates to trust instead of the system's").shown_as("FILE");
  options.number("--grace", words.grace_s, "to ship the rest in at the end")
      .shown_as("SECONDS [5]");
  options.flag("--from-start", words.from_start, "begin with the oldest record, not with the next");
  options.flag("--test", words.test, "send one line, say what becomes of it, and end");
  options.version(version);
  const auto ended = options.parse(std::vector<std::string>(argv + 1, argv + argc));
  if (!ended) return std::nullopt;
  (void)std::fputs(ended->text.c_str(), ended->wrong ? stderr : stdout);
  return ended->wrong ? 2 : 0;
}

int run(int argc, char** argv) {
  Words words;
  if (auto status = parse(argc, argv, words)) return *status;
  give_up_rights();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  auto setup = set_up(words);
  if (!setup) {
    (void)std::fputs(fmt::format("muster-drain: {}\n", setup.message()).c_str(), stderr);
    return 2;
  }
  if (words.test) return test(*setup);
  if (auto shipped = ship(words, std::move(*setup)); !shipped) {
    (void)std::fputs(fmt::format("muster-drain: {}\n", shipped.message()).c_str(), stderr);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace muster::drain

int main(int argc, char** argv) try {
  ::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  return muster::drain::run(argc, argv);
} catch (const std::exception& problem) {
  (void)std::fputs(problem.what(), stderr);
  return 1;
}
