// ctl serve: stands at the far end of ssh for a ctl on another machine, and carries its connections
// to the daemon. As the forced command of a key it lets that key do nothing else. Keeps: no
// connection has more than the role that is given here, which the daemon enforces.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/remote/forced.h"
#include "ctl/remote/relay.h"
#include "ctl/remote/where.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

UniqueFd connection_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  path.copy(address.sun_path, path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return {};
  return socket;
}

class Serve : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nCalled by ctl -H over ssh. In front of a key in authorized_keys it lets that key ask\n"
        "the daemon of one app, and nothing else:\n"
        "restrict,command=\"ctl serve --role read --name eve -a shop\" ssh-ed25519 AAAA...");
    options.text("--role", role_, "The most that it may do: read, operate or admin")
        .one_of({"read", "operate", "admin"})
        .shown_as("ROLE [admin]");
    options.text("--name", name_, "Whose key it is, for the log: LOGIN@HOST/NAME").shown_as("NAME");
  }

  Outcome<int> run(Session& session) override {
    const std::string asked = environment_variable("SSH_ORIGINAL_COMMAND").value_or("");
    const auto wanted = forced_request(asked);
    if (!wanted)
      return failure(ExitCode::no, fmt::format("this key is for ctl -H alone, and not for: {}",
                                               asked.substr(0, longest_told)));
    const bool is_theirs = !wanted->app.empty() && session.app.value_or(wanted->app) != wanted->app;
    if (!session.app && !wanted->app.empty()) session.app = wanted->app;
    if (wanted->kind == ForcedRequest::Kind::where) return tell_where(session, is_theirs);
    if (is_theirs)
      return failure(ExitCode::no, fmt::format("this key is for app '{}'", *session.app));
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    if (auto own = check_daemon(*endpoints); !own)
      return failure(ExitCode::no_daemon, own.message());
    const std::string place = endpoints->runtime_dir + '/';
    const std::string control = place + (role_ == "admin" ? "control" : role_);
    Relay relay(UniqueFd(::dup(STDIN_FILENO)), UniqueFd(::dup(STDOUT_FILENO)),
                [&](std::string_view name) {
                  if (name == "control") return connection_to(control);
                  return name == "bus" ? connection_to(place + "bus") : UniqueFd();
                });
    relay.greet();
    relay.run({});
    return status_done;
  }

 private:
  static constexpr size_t longest_told = 200;

  // A key that is bound to an app knows of no other.
  Outcome<int> tell_where(Session& session, bool is_theirs) const {
    std::string problem;
    Where where = where_here(session, problem);
    where.serves = true;
    where.by = name_;
    if (session.app) where.apps = {where.app};
    where.others.clear();
    if (is_theirs) where.known = where.running = false;
    session.out.write(where_json(where));
    return status_done;
  }

  std::string role_ = "admin", name_;
};

}  // namespace

std::unique_ptr<Verb> make_serve() { return std::make_unique<Serve>(); }

}  // namespace muster
