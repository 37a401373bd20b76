// See link.h. The directory of a connection has these in it, and is closed to others:
//
//     lock         held while the connection is made
//     m            where ssh listens for more to do over its connection
//     app.NAME     the directory of that app's sockets, and the connection that they hang on
//     XXXXXX/      control and bus of one app
#include "ctl/remote/link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "base/json.h"
#include "base/trusted_path.h"
#include "base/whole_file.h"
#include "ctl/printers/text.h"
#include "ctl/remote/diagnosis.h"
#include "ctl/remote/forced.h"
#include "ctl/remote/relay_process.h"
#include "ctl/remote/where.h"
#include "proto/far_side.h"
#include "proto/limits.h"
#include "proto/version.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr size_t socket_path_limit = 107;
// ssh first binds its socket under a longer name.
constexpr size_t longest_below = sizeof("/@0123456789abcdef/m.0123456789abcdef") - 1;
constexpr size_t most_kept = 64 << 10;
// A connection that stands answers at once, unless it is dead and ssh does not know it yet.
constexpr Nanos where_patience = 5s;

// Beside the runtime directories of this user's own apps, or in /tmp where that path is too long.
Result<std::string> directory_for(const FarHost& host) {
  const AppOwner owner = app_owner();
  auto some = endpoints_of("a", owner.is_root, owner.uid, owner.env);
  if (!some) return tl::unexpected(some.error());
  std::string base = fs::path(some->runtime_dir).parent_path().string();
  if (base.size() + longest_below > socket_path_limit)
    base = fmt::format("/tmp/muster-{}", owner.uid);
  const fs::path above(base);
  const std::string name = fmt::format("@{:016x}", digest_of(host.url()));
  auto top = walk_to_directory(above.parent_path().string(), owner.uid, Missing::make);
  if (!top) return tl::unexpected(top.error());
  auto middle =
      own_directory(top->get(), above.filename().string(), base, owner.uid, Missing::make);
  if (!middle) return tl::unexpected(middle.error());
  const std::string path = base + '/' + name;
  auto place = own_directory(middle->get(), name, path, owner.uid, Missing::make);
  if (!place) return tl::unexpected(place.error());
  if (::fchmod(place->get(), S_IRWXU) != 0) return fail_errno(errno, "{}", path);
  return path;
}

std::string far_line(const std::vector<std::string>& words) {
  std::string line(far_program);
  for (auto& word : words) line += ' ' + shell_word(word);
  return line;
}

}  // namespace

FarLink::FarLink(FarHost host, std::string app, std::string directory, bool quiet)
    : host_(std::move(host)),
      app_(std::move(app)),
      directory_(std::move(directory)),
      quiet_(quiet),
      ssh_(host_, directory_ + "/m", quiet) {}

Outcome<FarLink> FarLink::to(FarHost host, std::string app, bool quiet) {
  auto directory = directory_for(host);
  if (!directory) return failure(ExitCode::no, directory.message());
  return FarLink(std::move(host), std::move(app), std::move(*directory), quiet);
}

Endpoints FarLink::endpoints_at(const std::string& sockets, const std::string& by) const {
  Endpoints endpoints;
  endpoints.app = app_;
  endpoints.runtime_dir = directory_ + '/' + sockets;
  endpoints.far = std::make_shared<FarSide>(FarSide{host_.url()});
  if (!by.empty())
    endpoints.far->by = fmt::format("{}/{}", caller_name(), by).substr(0, limits::by);
  return endpoints;
}

std::optional<Endpoints> FarLink::kept() const try {
  const auto text =
      app_.empty() ? Result<std::string>(fail("no app")) : read_whole_file(kept_file(), most_kept);
  if (!text) return std::nullopt;
  const Json kept = Json::parse(*text);
  const std::string connection = ssh_.connection();
  if (connection.empty() || kept.at("connection") != connection) return std::nullopt;
  const Endpoints endpoints =
      endpoints_at(kept.at("sockets").get<std::string>(), kept.at("by").get<std::string>());
  if (auto client = Client::connect(endpoints, caller_name()); !client) return std::nullopt;
  tell_versions(kept.at("version").get<std::string>(), endpoints);
  return endpoints;
} catch (const Json::exception&) {
  return std::nullopt;
}

void FarLink::keep(const Endpoints& endpoints, const Where& where) const {
  const Json kept = {{"connection", ssh_.connection()},
                     {"sockets", fs::path(endpoints.runtime_dir).filename().string()},
                     {"by", where.by},
                     {"version", where.version}};
  const std::string next = kept_file() + ".next";
  std::ofstream file(next, std::ios::trunc);
  file << text_of(kept) << '\n';
  file.close();
  if (file) ::rename(next.c_str(), kept_file().c_str());
}

void FarLink::forget_all() const {
  std::error_code error;
  for (auto& entry : fs::directory_iterator(directory_, error))
    if (entry.path().filename() != "lock") fs::remove_all(entry.path(), error);
}

Outcome<Endpoints> FarLink::open() {
  if (auto endpoints = kept()) return *endpoints;
  const auto lock = open_regular(directory_ + "/lock", O_RDWR | O_CREAT);
  if (!lock) return failure(ExitCode::no, lock.message());
  while (::flock(lock->get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  // Another command may have made it meanwhile.
  if (auto endpoints = kept()) return *endpoints;
  return open_anew();
}

Outcome<Where> FarLink::ask_where() {
  std::vector<std::string> words = {"where", "--json"};
  if (!app_.empty()) words.insert(words.end(), {"-a", app_});
  const std::string line = far_line(words);
  bool is_new = !ssh_.is_connected();
  if (is_new) forget_all();
  auto done = ssh_.run(line, is_new ? std::nullopt : std::optional(where_patience));
  // The machine was started anew, or the network is another one now.
  if (done && !is_new && (!done->in_time || done->status == ssh_failed)) {
    ssh_.end_connection();
    forget_all();
    done = ssh_.run(line, std::nullopt);
  }
  if (!done) return failure(ExitCode::no_daemon, done.message());
  if (done->status != 0) return tl::unexpected(failure_of_ssh(*done));
  auto where = where_of_output(done->out);
  if (where) return std::move(*where);
  return failure(ExitCode::no, fmt::format("the ctl on {} answers `ctl where` with something else "
                                           "than where it is:\n{}",
                                           host_.url(), last_lines(done->out + done->err)));
}

Outcome<Endpoints> FarLink::open_anew() {
  auto where = ask_where();
  if (!where) return tl::unexpected(where.error());
  if (app_.empty() || !where->running) return tl::unexpected(why_not(*where));
  auto endpoints = bring_sockets(*where);
  if (!endpoints) return endpoints;
  tell_versions(where->version, *endpoints);
  keep(*endpoints, *where);
  return endpoints;
}

Outcome<Endpoints> FarLink::bring_sockets(const Where& where) {
  const std::vector<std::string> names = {"control", "bus"};
  std::string place = directory_ + "/XXXXXX";
  if (!::mkdtemp(place.data()))
    return failure(ExitCode::no, fmt::format("cannot make a directory in {}", directory_));
  const Endpoints endpoints = endpoints_at(fs::path(place).filename().string(), where.by);
  if (!where.serves) {
    auto done = ssh_.forward(place, where.runtime, names);
    if (!done) return failure(ExitCode::no_daemon, done.message());
    auto client = Client::connect(endpoints, caller_name());
    if (client) return endpoints;
    const auto trouble = client.error().trouble;
    if (trouble != ClientTrouble::no_daemon && trouble != ClientTrouble::lost)
      return tl::unexpected(muster::failure_of(client.error()));
    for (auto& name : names) ::unlink(fmt::format("{}/{}", place, name).c_str());
  }
  // sshd, or the key, does not let ssh do that.
  if (auto begun = start_relay(ssh_, far_line({"serve", "-a", app_}), place, names); !begun)
    return failure(ExitCode::no_daemon, fmt::format("{}: {}", host_.url(), begun.message()));
  auto client = Client::connect(endpoints, caller_name());
  if (!client) return tl::unexpected(muster::failure_of(client.error()));
  return endpoints;
}

Failure FarLink::failure_of_ssh(const Ssh::Done& done) const {
  std::string path;
  if (done.status == not_found_there || done.status == not_executable_there)
    if (auto asked = ssh_.run("echo \"$PATH\"", where_patience); asked && asked->status == 0)
      path = last_lines(asked->out);
  return why_ssh_failed(host_, done, path);
}

Failure FarLink::why_not(const Where& where) {
  is_down_ = where.known && where.others.empty();
  return why_no_far_daemon(host_, app_, where);
}

void FarLink::tell_versions(const std::string& ctl, const Endpoints& endpoints) const {
  if (quiet_) return;
  const std::string text = difference_of_versions(host_, ctl, *endpoints.far);
  if (!text.empty()) tell(text);
}

// Anything that is answered will do, a refusal too.
void FarLink::drop_dead_connection() const {
  const auto lock = open_regular(directory_ + "/lock", O_RDWR | O_CREAT);
  while (lock && ::flock(lock->get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  if (!ssh_.is_connected()) return;
  const auto done = ssh_.run("exit 0", where_patience);
  if (!done || (done->in_time && done->status != ssh_failed)) return;
  ssh_.end_connection();
  forget_all();
}

Outcome<int> FarLink::run_there(const std::vector<std::string>& words) const {
  const bool with_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  drop_dead_connection();
  const Result<int> status = ssh_.run_in_sight(far_line(words), with_terminal);
  if (!status) return failure(ExitCode::no_daemon, status.message());
  if (*status == ssh_failed)
    return failure(ExitCode::no_daemon,
                   fmt::format("{} cannot be reached, or the connection to it was lost: ssh says "
                               "why",
                               host_.url()));
  if (*status == not_found_there) return tl::unexpected(failure_of_ssh({.status = *status}));
  return *status;
}

Outcome<std::string> FarLink::output_there(const std::vector<std::string>& words) const {
  drop_dead_connection();
  auto done = ssh_.run("cd / && " + far_line(words), std::nullopt);
  if (!done) return failure(ExitCode::no_daemon, done.message());
  if (done->status == 0) return done->out;
  if (done->status == ssh_failed || done->status == not_found_there)
    return tl::unexpected(failure_of_ssh(*done));
  return failure(static_cast<ExitCode>(done->status), last_lines(done->err));
}

}  // namespace muster
