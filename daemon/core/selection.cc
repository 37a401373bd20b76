// See selection.h.
#include "daemon/core/selection.h"

#include <fnmatch.h>
#include <algorithm>
#include <set>

#include "daemon/core/listing.h"
#include "proto/limits.h"

namespace muster {
namespace {

tl::unexpected<RefusedReply> no(std::string message) {
  return tl::unexpected(RefusedReply{Refusal::no, std::move(message)});
}

std::string no_such_process(const std::string& word, const std::string& type,
                            const std::vector<Process*>& others) {
  const auto names = names_of(others);
  if (names.empty())
    return fmt::format("No such process as {}; there is no {} process now", word, type);
  return fmt::format("No such process as {}; there are {}", word, listing(names));
}

bool is_pattern(const std::string& word) { return word.find_first_of("*?[") != word.npos; }

// No name is as long. The C library takes its time for one that is.
constexpr size_t longest_pattern = limits::bus_topic;

// A pattern without a dot matches types, as a word without one is a type.
Verdict<std::vector<Process*>> select_pattern(ProcessTable& table, const FormationCounts& formation,
                                              const std::string& pattern) {
  if (pattern.size() > longest_pattern)
    return no(fmt::format("a pattern has {} characters at most", longest_pattern));
  const bool of_types = pattern.find('.') == pattern.npos;
  auto matches = [&](const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  };
  std::vector<Process*> chosen;
  for (Process* process : table.everything())
    if (matches(of_types ? process->name.type : process->name.text())) chosen.push_back(process);
  const bool known = !chosen.empty() ||
                     (of_types && std::any_of(formation.begin(), formation.end(),
                                              [&](auto& entry) { return matches(entry.first); }));
  if (!known) return no(fmt::format("Nothing here is called like {}", pattern));
  return chosen;
}

Verdict<std::vector<Process*>> select_word(ProcessTable& table, const FormationCounts& formation,
                                           const std::string& word) {
  // As in Heroku's: with a dot it is a process, without one a type.
  const std::string type = word.substr(0, word.find('.'));
  if (auto name = parse_process_name(word))
    if (Process* process = table.find(*name)) return std::vector{process};
  std::vector<Process*> of_type = table.of_type(type);
  if (of_type.empty() && !formation.contains(type) && type != one_off_type)
    return no(no_such_type(type, formation));
  if (type != word) return no(no_such_process(word, type, of_type));
  return of_type;
}

}  // namespace

Verdict<std::vector<Process*>> select(ProcessTable& table, const FormationCounts& formation,
                                      const std::vector<std::string>& words) {
  const bool all = std::find(words.begin(), words.end(), "all") != words.end();
  if (words.empty() || (all && !formation.contains("all"))) return table.everything();
  std::vector<Process*> chosen;
  for (auto& word : std::set(words.begin(), words.end())) {
    auto found = is_pattern(word) ? select_pattern(table, formation, word)
                                  : select_word(table, formation, word);
    if (!found) return found;
    chosen.insert(chosen.end(), found->begin(), found->end());
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Process* a, const Process* b) { return a->name < b->name; });
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

bool stands_for(const std::string& word, const std::string& type,
                const FormationCounts& formation) {
  if (word == type || (word == "all" && !formation.contains(word))) return true;
  return is_pattern(word) && word.size() <= longest_pattern && word.find('.') == word.npos &&
         ::fnmatch(word.c_str(), type.c_str(), 0) == 0;
}

std::vector<ProcessName> places_of(const std::vector<Process*>& processes) {
  std::vector<ProcessName> places;
  places.reserve(processes.size());
  for (const Process* p : processes) places.push_back(p->name);
  return places;
}

std::vector<std::string> names_of(const std::vector<Process*>& processes) {
  std::vector<std::string> names;
  names.reserve(processes.size());
  for (const Process* p : processes) names.push_back(p->name.text());
  return names;
}

Verdict<std::vector<Process*>> select_of_formation(ProcessTable& table,
                                                   const FormationCounts& formation,
                                                   const std::vector<std::string>& words) {
  auto chosen = select(table, formation, words);
  if (!chosen) return chosen;
  const std::set named(words.begin(), words.end());
  std::vector<Process*> kept;
  for (Process* p : *chosen) {
    if (includes(formation, p->name)) {
      kept.push_back(p);
    } else if (named.contains(p->name.text())) {
      return no(p->name.text() + (p->one_off ? " is a one-off and runs only once"
                                             : " is no longer in the formation; scale it first"));
    }
  }
  return kept;
}

Verdict<std::vector<Process*>> select_running(ProcessTable& table, const FormationCounts& formation,
                                              const std::string& word) {
  auto chosen = select(table, formation, {word});
  if (!chosen) return chosen;
  std::erase_if(*chosen, [](const Process* p) {
    return !p->identity || p->progress != LaunchProgress::running;
  });
  if (chosen->empty()) return no(word + " does not run now");
  return chosen;
}

}  // namespace muster
