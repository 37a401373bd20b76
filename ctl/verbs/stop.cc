// ctl stop: keeps processes down until start, restart or a new daemon.
#include "ctl/verbs/touch.h"
#include "ctl/verbs/verbs.h"

namespace muster {

std::unique_ptr<Verb> make_stop() {
  return std::make_unique<TouchVerb>(
      "Stopping", TouchVerb::Names::required,
      [](std::vector<std::string> names, std::optional<uint32_t>) -> RequestBody {
        return StopRequest{std::move(names)};
      });
}

}  // namespace muster
