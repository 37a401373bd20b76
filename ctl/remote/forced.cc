// See forced.h.
#include "ctl/remote/forced.h"

#include "proto/endpoints.h"

namespace muster {
namespace {

bool take(std::string_view& line, std::string_view beginning) {
  if (!line.starts_with(beginning)) return false;
  line.remove_prefix(beginning.size());
  return true;
}

}  // namespace

std::optional<ForcedRequest> forced_request(std::string_view line) {
  ForcedRequest request;
  if (line.empty()) return request;
  if (!take(line, far_program)) return std::nullopt;
  if (take(line, " where --json"))
    request.kind = ForcedRequest::Kind::where;
  else if (!take(line, " serve"))
    return std::nullopt;
  if (line.empty()) return request;
  if (!take(line, " -a ") || !is_app_name(line)) return std::nullopt;
  request.app = line;
  return request;
}

}  // namespace muster
