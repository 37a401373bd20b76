// ctl restart: replaces what runs.
#include "ctl/verbs/touch.h"
#include "ctl/verbs/verbs.h"

namespace muster {

std::unique_ptr<Verb> make_restart() {
  return std::make_unique<TouchVerb>("Restarting", TouchVerb::Names::optional,
                                     [](std::vector<std::string> names) -> RequestBody {
                                       return RestartRequest{std::move(names)};
                                     });
}

}  // namespace muster
