// See run_attached.h.
#include "ctl/run_attached.h"

#include "ctl/attached_run.h"
#include "ctl/raw_terminal.h"

namespace muster {
namespace {

Outcome<Client> connect(const Session& session) {
  auto endpoints = find_endpoints(session);
  if (!endpoints) return tl::unexpected(endpoints.error());
  auto client = Client::connect(*endpoints, caller_name());
  if (!client) return tl::unexpected(failure_of(client.error()));
  return std::move(*client);
}

}  // namespace

Outcome<int> run_attached(const Session& session, RunRequest request, bool with_terminal,
                          std::string announcement) {
  if (with_terminal && RawTerminal::is_ours()) {
    request.terminal = RawTerminal::size();
    if (auto term = environment_variable("TERM")) request.env.emplace("TERM", *term);
  }
  auto client = connect(session);
  if (!client) return tl::unexpected(client.error());
  return AttachedRun(*client, std::move(announcement)).run(std::move(request));
}

Outcome<int> attach_to(const Session& session, std::string process) {
  AttachRequest request{std::move(process)};
  if (RawTerminal::is_ours()) request.terminal = RawTerminal::size();
  auto client = connect(session);
  if (!client) return tl::unexpected(client.error());
  return AttachedRun(*client).visit(std::move(request));
}

}  // namespace muster
