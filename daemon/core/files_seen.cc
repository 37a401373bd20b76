// The app's files may not be what is in force any more: each launch goes on with what was
// read, and that is said, to the client that asked for it and once for each change in the log.
#include <algorithm>

#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

bool means(std::string_view word, std::string_view type, std::string_view ends) {
  return word.starts_with(type) &&
         (word.size() == type.size() || ends.find(word[type.size()]) != ends.npos);
}

using Words = std::vector<std::string>;

Words first_of(const Words& words) { return words.empty() ? Words() : Words{words.front()}; }

// The words of a request that name types or processes.
Words words_of(const RequestBody& body) {
  return std::visit(
      [](auto& request) -> Words {
        using Body = std::decay_t<decltype(request)>;
        if constexpr (std::is_same_v<Body, ScaleRequest>)
          return request.changes;
        else if constexpr (requires { request.names; })
          return request.names;
        else if constexpr (std::is_same_v<Body, RunRequest>)
          return request.inside.empty() ? first_of(request.command) : Words{request.inside};
        else if constexpr (std::is_same_v<Body, AttachRequest>)
          return {request.process};
        else
          return {};
      },
      body);
}

}  // namespace

void Core::State::on(const FilesSeen& event) {
  files_seen = event;
  if (event.after_launches) tell_of_files();
}

std::string Core::State::files_hint() const {
  const auto& [changed, gone, made, digest, types_seen, after_launches] = files_seen;
  std::vector<std::string> parts;
  if (!changed.empty())
    parts.push_back(fmt::format("{} changed since {} read", listing(changed, " and "),
                                changed.size() == 1 ? "it was" : "they were"));
  if (!gone.empty())
    parts.push_back(
        fmt::format("{} {} gone", listing(gone, " and "), gone.size() == 1 ? "is" : "are"));
  if (!made.empty())
    parts.push_back(
        fmt::format("{} {} new", listing(made, " and "), made.size() == 1 ? "is" : "are"));
  return parts.empty() ? "" : listing(parts) + ": ctl reload";
}

void Core::State::tell_of_files() {
  const std::string hint = files_hint();
  if (hint.empty() || files_told == files_seen.digest || phase != Phase::running) return;
  files_told = files_seen.digest;
  EventRecord notice;
  notice.kind = RecordKind::notice;
  notice.process = "files";
  notice.text = hint;
  out.publish(std::move(notice));
}

std::optional<std::string> Core::State::only_in_new_files(const RequestBody& body) const {
  if (files_seen.types.empty()) return {};
  const auto* run = std::get_if<RunRequest>(&body);
  const bool is_command = run && run->inside.empty();
  const std::string_view ends = std::holds_alternative<ScaleRequest>(body) ? "=+-"
                                : is_command                               ? ""
                                                                           : ".";
  for (auto& word : words_of(body))
    for (auto& type : files_seen.types)
      if (means(word, type, ends) && !types.find(type)) return texts::only_in_new_procfile(type);
  return {};
}

}  // namespace muster
