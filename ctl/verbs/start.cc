// ctl start: lifts what stop did.
#include "ctl/verbs/touch.h"
#include "ctl/verbs/verbs.h"

namespace muster {

std::unique_ptr<Verb> make_start() {
  return std::make_unique<TouchVerb>(
      "Starting", TouchVerb::Names::required,
      [](std::vector<std::string> names) -> RequestBody { return StartRequest{std::move(names)}; });
}

}  // namespace muster
