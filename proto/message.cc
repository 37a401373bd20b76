// See message.h. The names are those of the wire.
#include "proto/message.h"

#include <algorithm>

#include "base/check.h"

namespace muster {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::no:
      return "no";
    case Refusal::usage:
      return "usage";
    case Refusal::gone:
      return "gone";
    case Refusal::late:
      return "late";
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

bool is_repeatable(const RequestBody& body) {
  if (is_question(body)) return false;
  if (auto* scale = std::get_if<ScaleRequest>(&body))
    return std::none_of(scale->changes.begin(), scale->changes.end(),
                        [](auto& word) { return word.find('=') == word.npos; });
  return std::holds_alternative<StopRequest>(body) || std::holds_alternative<StartRequest>(body) ||
         std::holds_alternative<ConfigRequest>(body) || std::holds_alternative<DeployRequest>(body);
}

bool is_awaited(const RequestBody& body) {
  if (is_question(body)) return false;
  return is_repeatable(body) || std::holds_alternative<RestartRequest>(body) ||
         std::holds_alternative<ScaleRequest>(body) ||
         std::holds_alternative<RollbackRequest>(body);
}

}  // namespace muster
