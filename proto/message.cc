// See message.h. The names are those of the wire.
#include "proto/message.h"

#include "base/check.h"

namespace muster {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::no:
      return "no";
    case Refusal::usage:
      return "usage";
  }
  CHECK(false, "refusal {}", int(refusal));
}

bool is_question(const RequestBody& body) {
  if (auto* scale = std::get_if<ScaleRequest>(&body)) return scale->changes.empty();
  if (auto* config = std::get_if<ConfigRequest>(&body))
    return config->set.empty() && config->unset.empty();
  return std::holds_alternative<PsRequest>(body) || std::holds_alternative<ReleasesRequest>(body) ||
         std::holds_alternative<StatusRequest>(body) ||
         std::holds_alternative<VersionRequest>(body);
}

}  // namespace muster
