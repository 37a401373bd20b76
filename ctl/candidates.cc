// See candidates.h.
#include "ctl/candidates.h"

#include <fmt/format.h>
#include <string.h>
#include <algorithm>
#include <csignal>
#include <optional>

#include "ctl/remote/meant.h"
#include "ctl/verbs/verb.h"
#include "proto/naming.h"

namespace muster {
namespace {

// A person waits for it with a finger on the key.
constexpr Nanos lookup_patience = 1s;

enum class Place { verb, name, process, type, change, signal, release, app, var, host };

// The candidates for those words of a verb that stand for themselves, by the names in its help.
struct WordRow {
  std::string_view verb, name;  // an empty verb: every one
  Place place;
};

constexpr WordRow word_rows[] = {
    {"attach", "NAME", Place::process},
    {"", "NAME", Place::name},
    {"", "CHANGE", Place::change},
    {"", "RELEASE", Place::release},
    {"", "VAR", Place::var},
    {"", "VERB", Place::verb},
    {"destroy", "APP", Place::app},
    {"enable", "APP", Place::app},
    {"disable", "APP", Place::app},
};

// The words of verbs that pass on the rest of the line; the first one is meant.
constexpr WordRow rest_rows[] = {{"run", "", Place::type}, {"exec", "", Place::process}};

// Fixed words, by what the help calls their place.
struct FixedRow {
  std::string_view name, words;
};
constexpr FixedRow fixed_rows[] = {{"ACTION", "get|set|unset"},
                                   {"SHELL", "bash|zsh|fish"},
                                   {"PAGE", "ctl|muster.toml|schema"},
                                   {"FORMAT", "systemd|compose|kubernetes|nomad"},
                                   {"WHEN", "auto|always|never"}};

struct Line {
  std::string verb;
  std::vector<std::string> words;  // that stand for themselves, without the last one
  std::string option;              // whose value the last word is
  bool is_over = false;            // behind `--`, or a command that is passed on
  Session session;
};

std::vector<Candidate> of_choice(std::string_view choice) {
  std::vector<Candidate> found;
  while (!choice.empty()) {
    const size_t end = std::min(choice.find('|'), choice.size());
    found.push_back({std::string(choice.substr(0, end)), ""});
    choice.remove_prefix(std::min(end + 1, choice.size()));
  }
  return found;
}

std::vector<Candidate> of_processes(const Session& session) {
  std::vector<Candidate> found;
  if (auto reply = ask<PsReply>(session, PsRequest{}, lookup_patience))
    for (auto& row : reply->processes) found.push_back({row.process, row.state});
  return found;
}

std::vector<Candidate> of_types(const Session& session, std::string_view suffix) {
  std::vector<Candidate> found;
  if (auto reply = ask<ScaleReply>(session, ScaleRequest{}, lookup_patience))
    for (auto& [type, count] : reply->formation)
      found.push_back({fmt::format("{}{}", type, suffix), fmt::format("{} now", count)});
  return found;
}

std::vector<Candidate> of_apps(const Session& session) {
  std::vector<Candidate> found;
  if (const auto host = host_meant(session); !host || *host) return found;
  if (auto apps = known_apps(app_owner()))
    for (auto& app : *apps) found.push_back({app.endpoints.app, app.kept.identity.place.path});
  return found;
}

std::vector<Candidate> of_hosts() {
  std::vector<Candidate> found;
  if (auto rows = read_hosts(environment_variable))
    for (auto& row : *rows)
      found.push_back(
          {row.name, row.host.url() + (row.host.app.empty() ? "" : '/' + row.host.app)});
  return found;
}

std::vector<Candidate> of_vars(const Line& line) {
  std::vector<Candidate> found;
  const bool is_set = !line.words.empty() && line.words.front() == "set";
  if (auto reply = ask<ConfigReply>(line.session, ConfigRequest{}, lookup_patience))
    for (auto& [key, value] : reply->vars) found.push_back({is_set ? key + "=" : key, ""});
  return found;
}

std::vector<Candidate> of_releases(const Session& session) {
  std::vector<Candidate> found;
  if (auto reply = ask<ReleasesReply>(session, ReleasesRequest{}, lookup_patience))
    for (auto& row : reply->releases)
      found.insert(found.begin(), {fmt::format("v{}", row.version), row.change});
  return found;
}

std::vector<Candidate> of_signals() {
  std::vector<Candidate> found;
  for (int number = 1; number < SIGRTMIN; number++)
    if (const char* name = ::sigabbrev_np(number)) found.push_back({name, std::to_string(number)});
  return found;
}

std::vector<Candidate> of_verbs() {
  std::vector<Candidate> found;
  for (auto& row : all_verbs()) found.push_back({std::string(row.name), std::string(row.summary)});
  return found;
}

std::vector<Candidate> at(Place place, const Line& line) {
  switch (place) {
    case Place::verb:
      return of_verbs();
    case Place::process:
      return of_processes(line.session);
    case Place::type:
      return of_types(line.session, "");
    case Place::change:
      return of_types(line.session, "=");
    case Place::signal:
      return of_signals();
    case Place::release:
      return of_releases(line.session);
    case Place::app:
      return of_apps(line.session);
    case Place::var:
      return of_vars(line);
    case Place::host:
      return of_hosts();
    case Place::name: {
      auto found = of_types(line.session, "");
      for (auto& process : of_processes(line.session)) found.push_back(std::move(process));
      return found;
    }
  }
  return {};
}

// `name` is that of a word, or of an option's value: "NAME", "SIGNAL [TERM]", "app|muster".
std::vector<Candidate> of_name(std::string_view name, const Line& line) {
  name = name.substr(0, name.find(' '));
  if (name.find('|') != name.npos) return of_choice(name);
  for (auto& row : fixed_rows)
    if (row.name == name) return of_choice(row.words);
  if (name == "SIGNAL") return at(Place::signal, line);
  if (name == "APP") return at(Place::app, line);
  if (name == "HOST") return at(Place::host, line);
  for (auto& row : word_rows)
    if (row.name == name && (row.verb.empty() || row.verb == line.verb)) return at(row.place, line);
  return {};
}

bool has_name(const Options::Row& row, std::string_view name) {
  return std::find(row.names.begin(), row.names.end(), name) != row.names.end();
}

std::vector<Options::Row> rows_of(const std::string& verb) {
  const VerbRow* row = find_verb(verb);
  if (!row) return {};
  auto made = row->make();
  Options options = head_of(*row);
  Output nowhere(-1);
  Session session{{}, nowhere};
  add_common(options, session);
  made->add_options(options);
  return options.rows();
}

// The words that bash has cut at "=" as they were typed.
void join_at_signs(std::vector<std::string>& words) {
  for (size_t i = 1; i < words.size();)
    if (words[i] == "=" || words[i - 1].ends_with('=')) {
      words[i - 1] += words[i];
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      i++;
    }
}

const Options::Row* option_called(const std::vector<Options::Row>& rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const Options::Row& row) { return has_name(row, name); });
  return found == rows.end() ? nullptr : &*found;
}

// Reads all words but the last.
void read_words(Line& line, const std::vector<std::string>& words,
                std::vector<Options::Row>& rows) {
  rows = rows_of("version");  // the options of all verbs
  for (size_t i = 0; i + 1 < words.size(); i++) {
    const std::string& word = words[i];
    const size_t sign = word.find('=');
    if (!line.option.empty()) {
      if (line.option == "-a" || line.option == "--app") line.session.app = word;
      if (line.option == "-H" || line.option == "--host") line.session.host = word;
      line.option.clear();
    } else if (word == "--") {
      line.is_over = true;
    } else if (word.starts_with("--app=")) {
      line.session.app = word.substr(sign + 1);
    } else if (word.starts_with("--host=")) {
      line.session.host = word.substr(sign + 1);
    } else if (word.starts_with('-')) {
      const auto* row = option_called(rows, word);
      if (row && !row->value.empty()) line.option = word;
    } else if (line.verb.empty()) {
      line.verb = word;
      if (word != "help") rows = rows_of(word);
    } else {
      line.words.push_back(word);
    }
  }
}

std::vector<Candidate> of_options(const std::vector<Options::Row>& rows) {
  std::vector<Candidate> found;
  for (auto& row : rows)
    for (auto& name : row.names) found.push_back({name, row.description});
  return found;
}

std::vector<Candidate> of_words(const Line& line, const std::vector<Options::Row>& rows) {
  if (line.verb.empty() || (line.verb == "help" && line.words.empty())) return of_verbs();
  for (auto& row : rest_rows)
    if (row.verb == line.verb && line.words.empty()) return at(row.place, line);
  std::vector<const Options::Row*> places;
  for (auto& row : rows)
    if (row.names.empty()) places.push_back(&row);
  if (places.empty()) return {};
  // The last one takes all that follow.
  const size_t index = std::min(line.words.size(), places.size() - 1);
  return of_name(places[index]->positional, line);
}

}  // namespace

std::vector<Candidate> candidates(std::vector<std::string> words) {
  const bool is_cut = words.size() > 1 && (words.back() == "=" || words[words.size() - 2] == "=");
  join_at_signs(words);
  const std::string begun = words.back();
  Output nowhere(-1);
  Line line{.session = {{}, nowhere}};
  line.session.quiet = true;
  std::vector<Options::Row> rows;
  read_words(line, words, rows);
  std::string beginning = begun;
  std::string prefix;  // of each candidate
  std::vector<Candidate> found;
  const size_t sign = begun.find('=');
  if (!line.option.empty()) {
    if (const auto* row = option_called(rows, line.option)) found = of_name(row->value, line);
  } else if (line.is_over) {
    if (line.verb == "run" && line.words.empty()) found = at(Place::type, line);
  } else if (begun.starts_with("--") && sign != begun.npos) {
    const auto* row = option_called(rows, begun.substr(0, sign));
    if (row && !row->value.empty()) found = of_name(row->value, line);
    beginning = begun.substr(sign + 1);
    if (!is_cut) prefix = begun.substr(0, sign + 1);
  } else if (begun.starts_with('-')) {
    found = of_options(rows);
  } else if (sign == begun.npos) {
    found = of_words(line, rows);
  }
  std::erase_if(found, [&](const Candidate& one) { return !one.word.starts_with(beginning); });
  for (auto& one : found) one.word.insert(0, prefix);
  return found;
}

}  // namespace muster
