// See formation.h.
#include "daemon/core/formation.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "daemon/core/listing.h"
#include "proto/limits.h"

namespace muster {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// More than nine digits are over every limit, so nothing is gained by reading them exactly.
constexpr int64_t absurd = 1'000'000'000;

int64_t number_of(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > 9) return absurd;
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

template <class... Args>
tl::unexpected<RefusedReply> refuse(Refusal refusal, fmt::format_string<Args...> text,
                                    Args&&... args) {
  return tl::unexpected(RefusedReply{refusal, fmt::format(text, std::forward<Args>(args)...)});
}

}  // namespace

std::optional<ScaleWord> parse_scale_word(std::string_view word) {
  size_t digits = word.size();
  while (digits > 0 && is_digit(word[digits - 1])) digits--;
  if (digits == word.size() || digits < 2) return std::nullopt;
  const char sign = word[digits - 1];
  const std::string_view type = word.substr(0, digits - 1);
  if (!is_type_name(type)) return std::nullopt;
  const int64_t number = number_of(word.substr(digits));
  switch (sign) {
    case '=':
      return ScaleWord{std::string(type), ScaleWord::Kind::absolute, number};
    case '+':
      return ScaleWord{std::string(type), ScaleWord::Kind::relative, number};
    case '-':
      return ScaleWord{std::string(type), ScaleWord::Kind::relative, -number};
    default:
      return std::nullopt;
  }
}

Verdict<ScalePlan> plan_scale(const std::vector<std::string>& words,
                              const FormationCounts& formation) {
  std::vector<ScaleWord> parsed;
  for (auto& word : words) {
    auto one = parse_scale_word(word);
    if (!one)
      return refuse(Refusal::usage, "'{}' is not of the form TYPE=N, TYPE+N or TYPE-N", word);
    if (std::abs(one->number) >= absurd)
      return refuse(Refusal::no, "'{}' is out of range: an app may have {} processes", word,
                    limits::processes);
    parsed.push_back(std::move(*one));
  }

  std::map<std::string, int64_t> wanted;
  std::vector<std::string> order;
  for (auto& word : parsed) {
    auto now = formation.find(word.type);
    if (now == formation.end())
      return tl::unexpected(RefusedReply{Refusal::no, no_such_type(word.type, formation)});
    auto [it, first] = wanted.emplace(word.type, now->second);
    if (first) order.push_back(word.type);
    it->second = word.kind == ScaleWord::Kind::absolute ? word.number : it->second + word.number;
  }

  ScalePlan plan{{}, formation};
  for (auto& type : order) {
    const int64_t count = wanted[type];
    if (count < 0) return refuse(Refusal::no, "{} would be at {}, which is below 0", type, count);
    if (count > limits::processes)
      return refuse(Refusal::no, "{} would be at {}; an app may have {} processes", type, count,
                    limits::processes);
    plan.formation[type] = uint32_t(count);
    plan.changed.emplace_back(type, uint32_t(count));
  }
  uint64_t total = 0;
  for (auto& [type, count] : plan.formation) total += count;
  if (total > limits::processes)
    return refuse(Refusal::no, "that makes {} processes; an app may have {}", total,
                  limits::processes);
  return plan;
}

std::optional<RefusedReply> refuse_more_than_allowed(const ScalePlan& plan, const Types& types) {
  for (auto& [name, count] : plan.changed) {
    const ProcessType* type = types.find(name);
    if (!type) continue;
    if (const Scalability allowed = scalability(*type); count > allowed.most)
      return RefusedReply{Refusal::no,
                          fmt::format("{} would be at {}; {}", name, count, allowed.why)};
  }
  return std::nullopt;
}

FormationCounts fitted(const FormationCounts& wish, const Types& types) {
  FormationCounts formation;
  uint32_t room = limits::processes;
  for (auto& type : types.model().types) {
    auto it = wish.find(type.name);
    const uint32_t most = std::min(room, scalability(type).most);
    const uint32_t count = it == wish.end() ? 0 : std::min(it->second, most);
    formation[type.name] = count;
    room -= count;
  }
  return formation;
}

FormationCounts wish_for(const Types& types, FormationCounts wished) {
  if (types.find("web")) wished.emplace("web", 1);
  return wished;
}

std::string formation_text(const FormationCounts& formation) {
  std::string text;
  for (auto& [type, count] : formation)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", type, count);
  return text;
}

std::string no_such_type(std::string_view type, const FormationCounts& formation) {
  std::vector<std::string> known;
  for (auto& [name, count] : formation) known.push_back(name);
  return fmt::format("No such type as {}; there are {}", type, listing(known));
}

}  // namespace muster
