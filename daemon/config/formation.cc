// See formation.h.
#include "daemon/config/formation.h"

#include <algorithm>
#include <charconv>

#include "proto/limits.h"
#include "proto/process_name.h"

namespace muster {
namespace {

constexpr std::string_view white_space = " \t\r\n\v\f";
constexpr std::string_view all_types = "all";

struct Word {
  std::string type;
  uint32_t count = 0;
};

Result<Word> parse_word(std::string_view word) {
  size_t equals = word.find('=');
  if (equals == word.npos || !is_type_name(word.substr(0, equals)))
    return fail("'{}' is not of the form TYPE=COUNT", word);
  std::string_view digits = word.substr(equals + 1);
  uint32_t count = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (digits.empty() || error == std::errc::invalid_argument ||
      end != digits.data() + digits.size())
    return fail("'{}': the count is not a whole number from 0 on", word);
  if (error == std::errc::result_out_of_range || count > limits::processes)
    return fail("'{}': an app can have {} processes at most", word, limits::processes);
  return Word{std::string(word.substr(0, equals)), count};
}

Result<FormationCounts> parse_words(std::string_view text, std::string_view separators) {
  FormationCounts counts;
  while (!text.empty()) {
    size_t end = std::min(text.find_first_of(separators), text.size());
    std::string_view written = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (written.empty()) continue;
    auto word = parse_word(written);
    if (!word) return tl::unexpected(word.error());
    if (!counts.emplace(word->type, word->count).second)
      return fail("'{}' is named twice", word->type);
  }
  return counts;
}

Result<FormationCounts> within_limit(FormationCounts counts) {
  uint64_t total = 0;
  for (auto& [type, count] : counts) total += count;
  if (total > limits::processes)
    return fail("{} processes are too many: an app can have {}", total, limits::processes);
  return counts;
}

}  // namespace

Scalability scalability(const ProcessType& type) {
  if (type.name == release_type)
    return {0, "its process is run before each release; ctl run release runs it now"};
  if (type.settings.cron)
    return {0, "it is run at the times of its cron in muster.toml; ctl run runs it now"};
  if (is_singleton(type))
    return {1,
            "a singleton should never be scaled beyond a single process: both would try to do the "
            "same work, and create duplicate records or events (singleton = false in muster.toml "
            "lifts this)"};
  return {limits::processes, {}};
}

Result<FormationCounts> parse_formation_option(std::string_view text,
                                               const std::vector<ProcessType>& types) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return white_space.find(c) != white_space.npos; });
  auto named = parse_words(packed, ",");
  if (!named) return tl::unexpected(named.error());
  if (named->empty()) return fail("it names no type: write TYPE=COUNT,...");

  FormationCounts counts;
  auto all = named->extract(std::string(all_types));
  const uint32_t each = all.empty() ? 0 : all.mapped();
  for (auto& type : types) counts[type.name] = std::min(each, scalability(type).most);
  for (auto& [type, count] : *named) {
    auto known = counts.find(type);
    if (known == counts.end()) return fail("there is no process type '{}' in the Procfile", type);
    known->second = count;
  }
  for (auto& type : types)
    if (const Scalability allowed = scalability(type); counts[type.name] > allowed.most)
      return fail("{}: {}", type.name, allowed.why);
  return within_limit(std::move(counts));
}

FormationCounts one_of_each(const std::vector<ProcessType>& types) {
  FormationCounts counts;
  for (auto& type : types) counts[type.name] = std::min(1u, scalability(type).most);
  return counts;
}

std::string format_formation(const FormationCounts& formation) {
  std::string text;
  for (auto& [type, count] : formation)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", type, count);
  return text;
}

Result<FormationCounts> parse_formation(std::string_view text) {
  auto counts = parse_words(text, white_space);
  if (!counts) return counts;
  return within_limit(std::move(*counts));
}

}  // namespace muster
