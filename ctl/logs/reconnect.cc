// See reconnect.h.
#include "ctl/logs/reconnect.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "proto/client.h"
#include "proto/reconnect.h"

namespace muster {
namespace {

// A network that is changed, or a machine that is rebooted, is back within this time, or not soon.
constexpr Nanos reconnect_patience = 30s;
constexpr int first_pause_ms = 250, longest_pause_ms = 4000;

}  // namespace

std::optional<Endpoints> connect_again(const Session& session, const std::string& lost) {
  tell(fmt::format("{}; connecting again", lost));
  const MonoTime deadline = mono_now() + reconnect_patience;
  for (int pause = first_pause_ms; mono_now() < deadline && !session.out.reader_gone();
       pause = std::min(2 * pause, longest_pause_ms)) {
    session.far->endpoints.reset();
    auto endpoints = find_endpoints(session);
    if (endpoints && daemon_runs(*endpoints)) {
      tell("connected again");
      return *endpoints;
    }
    ::poll(nullptr, 0, pause);
  }
  return {};
}

}  // namespace muster
