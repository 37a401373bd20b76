// See query.h.
#include "ctl/logs/query.h"

#include <fmt/format.h>

#include "base/time_text.h"

namespace muster {
namespace {

constexpr uint64_t default_lines = 100;
// A line that is shown as one may have been cut into several that are counted. With a line longer
// than so many pieces the oldest line shown may lack its beginning, and is shown all the same.
constexpr uint64_t spare_pieces = 256;

}  // namespace

std::optional<uint64_t> lines_wanted(const LogQuery& query) {
  if (query.lines == UINT64_MAX) return std::nullopt;
  if (query.lines || query.from || query.since) return query.lines;
  return default_lines;
}

std::vector<std::string> topics_of(const LogQuery& query) {
  if (query.processes.empty() && !query.source) return {};
  std::vector<std::string> topics;
  for (RecordKind kind : record_kinds) {
    const bool is_app = kind == RecordKind::log;
    if (query.source && (*query.source == "app") != is_app) continue;
    const std::string prefix = std::string(name_of(kind)) + '/';
    if (query.processes.empty()) topics.push_back(prefix);
    for (auto& name : query.processes) {
      topics.push_back(prefix + name + '/');
      // A type, unless it is a part of muster: those have no number.
      if (name.find('.') == name.npos) topics.push_back(prefix + name + '.');
    }
  }
  return topics;
}

Result<ReplayRequest> replay_request(const LogQuery& query, WallTime now) {
  ReplayRequest request;
  request.from = query.from;
  request.lines = lines_wanted(query);
  if (request.lines && *request.lines > 0 && *request.lines < UINT64_MAX - spare_pieces)
    *request.lines += spare_pieces;
  constexpr uint64_t lines_of_start = 4;
  if (query.starts_in_one_line && request.lines && *request.lines < UINT64_MAX / lines_of_start)
    *request.lines *= lines_of_start;
  // Which lines match is known only to who has read them.
  if (query.pattern && request.lines && *request.lines > 0) request.lines.reset();
  request.topics = topics_of(query);
  if (query.since) {
    auto since = parse_time(*query.since, now);
    if (!since) return within(since.error(), "--since");
    request.since = since->first;
  }
  if (query.until) {
    auto until = parse_time(*query.until, now);
    if (!until) return within(until.error(), "--until");
    request.until = until->last;
  }
  return request;
}

std::vector<std::string> doubts_of(const LogQuery& query, const ReplayRequest& request,
                                   WallTime now) {
  std::vector<std::string> doubts;
  if (request.since && *request.since > now)
    doubts.push_back(fmt::format("--since {}: that is still to come: {}, now it is {}",
                                 *query.since, format_utc(*request.since), format_utc(now)));
  if (request.since && request.until && *request.until < *request.since)
    doubts.push_back(fmt::format("--until {} is before --since {}: nothing can lie between them",
                                 *query.until, *query.since));
  else if (request.until && *request.until > now)
    doubts.push_back(fmt::format("--until {}: that is still to come: {}, now it is {}",
                                 *query.until, format_utc(*request.until), format_utc(now)));
  return doubts;
}

}  // namespace muster
