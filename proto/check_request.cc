// See check_request.h. There is one overload for each request that has texts or numbers; the others
// are fine once they are decoded.
#include "proto/check_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "proto/limits.h"

namespace muster {
namespace {

using Problem = std::optional<std::string>;
using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

// An argument, a variable and a path end at a NUL, so that the rest would be lost silently.
Problem in_text(std::string_view field, const std::string& text) {
  if (text.find('\0') == text.npos) return {};
  return fmt::format("field '{}': a NUL in a text", field);
}

Problem in_words(std::string_view field, const Words& words) {
  for (auto& word : words)
    if (auto problem = in_text(field, word)) return problem;
  return {};
}

// A text that the environment of a process can hold, and that does not look like another variable
// in it.
bool is_variable(const std::string& name) {
  return !name.empty() && std::none_of(name.begin(), name.end(), [](unsigned char c) {
    return c == '=' || c < 0x20 || c == 0x7f;
  });
}

Problem in_variables(std::string_view field, const Variables& variables) {
  for (auto& [name, value] : variables) {
    if (!is_variable(name))
      return fmt::format("field '{}': '{}' cannot be the name of a variable", field,
                         name.substr(0, limits::type_name));
    if (auto problem = in_text(field, value)) return problem;
  }
  return {};
}

template <class T>
Problem in_range(std::string_view field, const std::optional<T>& value, T most) {
  if (!value || (*value > T{} && *value <= most)) return {};
  return fmt::format("field '{}': out of range", field);
}

Problem in_signal(int32_t number) {
  constexpr int32_t last = 64;
  if (number >= 1 && number <= last) return {};
  return fmt::format("field 'number': {} is not a signal", number);
}

Problem in_token(const std::string& token) {
  if (token.size() > limits::token)
    return fmt::format("field 'token': longer than {} bytes", limits::token);
  return in_text("token", token);
}

Problem first_of(std::initializer_list<Problem> problems) {
  for (auto& problem : problems)
    if (problem) return problem;
  return {};
}

struct Check {
  template <class Other>
  Problem operator()(const Other& request) {
    if constexpr (requires { request.names; }) return in_words("names", request.names);
    return {};
  }
  Problem operator()(const KillRequest& request) {
    return first_of({in_words("names", request.names), in_signal(request.number)});
  }
  Problem operator()(const ScaleRequest& request) { return in_words("changes", request.changes); }
  Problem operator()(const RunRequest& request) {
    return first_of({in_words("command", request.command), in_variables("env", request.env),
                     in_text("inside", request.inside), in_token(request.token),
                     in_range("memory", request.memory, limits::quota_bytes),
                     in_range("disk", request.disk, limits::quota_bytes),
                     in_range("cpu", request.cpu, limits::quota_cpu),
                     in_range("timeout", request.timeout, Nanos(limits::longest_time))});
  }
  Problem operator()(const AttachRequest& request) {
    return first_of({in_text("process", request.process), in_token(request.token)});
  }
  Problem operator()(const ConfigRequest& request) {
    return first_of({in_variables("set", request.set), in_words("unset", request.unset)});
  }
  Problem operator()(const KeyRequest& request) {
    const int changes = int{!request.add.empty()} + int{!request.remove.empty()} +
                        int{request.rotate.has_value()} + int{!request.enrol.empty()};
    if (changes > 1) return "fields 'add', 'remove', 'rotate' and 'enrol': only one of them";
    if (request.invite && (request.add.empty() || !request.key.empty()))
      return "field 'invite': it goes with 'add', and without 'key'";
    return first_of({in_text("add", request.add), in_text("remove", request.remove),
                     in_text("note", request.note),
                     in_range("rotate", request.rotate, Nanos(limits::longest_time))});
  }
  Problem operator()(const DeployRequest& request) {
    return first_of({in_text("code", request.code), in_text("commit", request.commit)});
  }
  Problem operator()(const ReplayRequest& request) {
    if (request.follow && request.until)
      return "field 'until': a replay that follows does not end; leave out one of the two";
    if (request.by_file && !request.follow)
      return "field 'by_file': only a replay that follows is told how far to read";
    return in_text("journal", request.journal);
  }
  Problem operator()(const SignalRequest& request) { return in_signal(request.number); }
};

}  // namespace

std::optional<std::string> problem_with(const Request& request) {
  if (request.by.size() > limits::by)
    return fmt::format("field 'by': longer than {} bytes", limits::by);
  return first_of({in_text("by", request.by), std::visit(Check{}, request.body)});
}

}  // namespace muster
