// ctl start: lifts what stop did.
#include "ctl/verbs/touch.h"
#include "ctl/verbs/verbs.h"

namespace muster {

std::unique_ptr<Verb> make_start() {
  return std::make_unique<TouchVerb>(
      "Starting", TouchVerb::Names::required,
      [](std::vector<std::string> names, std::optional<uint32_t> wait) -> RequestBody {
        return StartRequest{std::move(names), wait};
      });
}

}  // namespace muster
