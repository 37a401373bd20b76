// See env_file.h.
#include "daemon/config/env_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/result.h"
#include "daemon/config/env_value.h"
#include "daemon/config/text_lines.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
constexpr std::string_view export_word = "export ";

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Assignment {
  std::string_view key, value;
};

std::optional<Assignment> assignment_in(std::string_view line) {
  if (line.starts_with(export_word)) line.remove_prefix(export_word.size());
  const size_t equals = line.find_first_not_of(key_characters);
  if (equals == 0 || equals == line.npos || line[equals] != '=') return {};
  return Assignment{line.substr(0, equals), line.substr(equals + 1)};
}

// Why it is none, where it is nearly one.
std::string why_no_assignment(std::string_view line) {
  std::string_view bare = trim(line);
  if (bare.starts_with(export_word)) bare = trim(bare.substr(export_word.size()));
  const size_t end = bare.find_first_not_of(key_characters);
  if (end != 0 && end != bare.npos && trim(bare.substr(end)).starts_with('='))
    return fmt::format(
        "there is a blank before the name or the '='; the line is ignored: write {}=...",
        bare.substr(0, end));
  return "not of the form 'KEY=VALUE'; the line is ignored";
}

class EnvParser {
 public:
  EnvParser(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  ParsedEnvFile parse() {
    while (!rest_.empty()) {
      const std::string_view line = take_line(rest_);
      number_++;
      if (!is_blank_or_comment(line)) take(line);
    }
    for (auto& [name, place] : places_) parsed_.lines.emplace(name, place.line);
    return std::move(parsed_);
  }

 private:
  void complain(std::string message) {
    add_complaint(parsed_.complaints, {file_, number_, std::move(message)});
  }

  void take(std::string_view line) {
    const auto found = assignment_in(line);
    if (!found) return complain(why_no_assignment(line));
    if (line.find('\0') != line.npos) return complain("it holds a NUL byte; the line is ignored");
    const auto place = places_.find(found->key);
    if (place == places_.end() && parsed_.env.size() == limits::variables)
      return complain(
          fmt::format("there are more than {} variables; the line is ignored", limits::variables));
    doubt(*found);
    if (place == places_.end()) return take_new(*found);
    complain(fmt::format("{} stands in line {} already, and this one counts: take one away",
                         found->key, place->second.line));
    parsed_.env[place->second.index].second = env_value_of(found->value);
    place->second.line = number_;
  }

  void take_new(const Assignment& found) {
    if (found.key == "PS" || found.key == "DYNO")
      complain(fmt::format("{} has no effect: muster gives it to each process", found.key));
    places_.emplace(found.key, Place{parsed_.env.size(), first_line_});
    parsed_.env.emplace_back(found.key, env_value_of(found.value));
  }

  void doubt(const Assignment& found) {
    first_line_ = number_;
    if (const char quote = unclosed_quote(found.value))
      if (const auto lines = lines_of_value(quote)) {
        complain(
            fmt::format("the value goes on until line {}, but only its first line is taken: "
                        "write it in one line, {}=\"...\\n...\"",
                        number_ + *lines, found.key));
        for (uint32_t i = 0; i < *lines; i++) take_line(rest_);
        number_ += *lines;
        return;
      }
    const auto is_set = [this](std::string_view name) { return places_.contains(name); };
    if (auto doubt = doubt_about_value(found.key, found.value, is_set)) complain(std::move(*doubt));
  }

  // In how many of the next lines such a value ends, unless one of them is an assignment itself.
  std::optional<uint32_t> lines_of_value(char quote) const {
    std::string_view ahead = rest_;
    for (uint32_t lines = 1; !ahead.empty() && lines <= most_lines; lines++) {
      const std::string_view line = take_line(ahead);
      const auto other = assignment_in(line);
      if (other && !other->value.empty() && other->value.front() != '=') return {};
      if (trim(line).ends_with(quote)) return lines;
    }
    return {};
  }

  // A certificate has some dozens. With a limit a file of quotes takes no longer than any other.
  static constexpr uint32_t most_lines = 200;

  struct Place {
    size_t index;
    uint32_t line;
  };
  std::string_view rest_;
  const std::string& file_;
  uint32_t number_ = 0, first_line_ = 0;
  std::map<std::string, Place, std::less<>> places_;  // of the variables, by name
  ParsedEnvFile parsed_;
};

}  // namespace

void set_variable(Environment& env, std::string_view name, std::string_view value) {
  auto found = std::find_if(env.begin(), env.end(), [&](auto& pair) { return pair.first == name; });
  if (found != env.end())
    found->second = value;
  else
    env.emplace_back(name, value);
}

ParsedEnvFile parse_env_file(std::string_view text, const std::string& file) {
  return EnvParser(without_bom(text), file).parse();
}

}  // namespace muster
