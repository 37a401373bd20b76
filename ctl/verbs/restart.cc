// ctl restart: replaces what runs.
#include "ctl/verbs/touch.h"
#include "ctl/verbs/verbs.h"

namespace muster {

std::unique_ptr<Verb> make_restart() {
  return std::make_unique<TouchVerb>(
      "Restarting", TouchVerb::Names::optional,
      [](std::vector<std::string> names, std::optional<uint32_t> wait) -> RequestBody {
        return RestartRequest{std::move(names), wait};
      });
}

}  // namespace muster
