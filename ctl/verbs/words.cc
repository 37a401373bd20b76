// See words.h.
#include "ctl/verbs/words.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "ctl/verbs/verb.h"

namespace muster {
namespace {

struct Word {
  std::string_view theirs;
  std::vector<std::string> ours;
};

// Heroku's are a verb and, behind a colon, one below it.
const std::vector<Word>& words_of_others() {
  static const std::vector<Word> words = {
      {"ps:scale", {"scale"}},
      {"ps:restart", {"restart"}},
      {"ps:stop", {"stop"}},
      {"ps:exec", {"exec"}},
      {"ps:wait", {"wait"}},
      {"ps:list", {"ps"}},
      {"dyno:scale", {"scale"}},
      {"dyno:restart", {"restart"}},
      {"scale:show", {"scale"}},
      {"formation", {"scale"}},
      {"config:set", {"config", "set"}},
      {"config:get", {"config", "get"}},
      {"config:unset", {"config", "unset"}},
      {"config:add", {"config", "set"}},
      {"config:remove", {"config", "unset"}},
      {"config:show", {"config"}},
      {"config:list", {"config"}},
      {"env", {"config"}},
      {"env:set", {"config", "set"}},
      {"env:get", {"config", "get"}},
      {"env:unset", {"config", "unset"}},
      {"printenv", {"config"}},
      {"setenv", {"config", "set"}},
      {"logs:tail", {"logs", "-t"}},
      {"logs:follow", {"logs", "-t"}},
      {"log:tail", {"logs", "-t"}},
      {"tail", {"logs", "-t"}},
      {"follow", {"logs", "-t"}},
      {"journal", {"logs"}},
      {"log", {"logs"}},
      {"list", {"ps"}},
      {"ls", {"ps"}},
      {"processes", {"ps"}},
      {"dynos", {"ps"}},
      {"ps:status", {"ps"}},
      {"show", {"ps", "--wide"}},
      {"describe", {"ps", "--wide"}},
      {"list-timers", {"ps"}},
      {"monit", {"top"}},
      {"monitor", {"top"}},
      {"stats", {"top"}},
      {"htop", {"top"}},
      {"dash", {"top"}},
      {"stat", {"status"}},
      {"info", {"status"}},
      {"health", {"status"}},
      {"run:detached", {"run", "-d"}},
      {"run:inside", {"exec"}},
      {"apps:list", {"apps"}},
      {"apps:create", {"create"}},
      {"apps:info", {"status"}},
      {"git:remote", {"create"}},
      {"init", {"create"}},
      {"releases:list", {"releases"}},
      {"releases:rollback", {"rollback"}},
      {"history", {"releases"}},
      {"connect", {"attach"}},
      {"fg", {"attach"}},
      {"validate", {"check"}},
      {"lint", {"check"}},
      {"reread", {"check"}},
      {"update", {"reload"}},
  };
  return words;
}

struct Answer {
  std::string_view theirs, ours;
};

constexpr Answer answers[] = {
    {"up",
     "An app is started by `musterd DIR`, in the background by `musterd -d DIR`. A type that "
     "runs no process gets one by `ctl scale web=1`."},
    {"down",
     "A type runs no process any more after `ctl scale TYPE=0`. The rest "
     "is in `ctl --help`."},
    {"serve", "An app is started by `musterd DIR`."},
    {"daemon", "An app is started in the background by `musterd -d DIR`."},
    {"deploy", "An app is deployed by `git push muster main`; the remote is made by `ctl create`."},
    {"push", "An app is deployed by `git push muster main`; the remote is made by `ctl create`."},
    {"build", "An app is built when it is pushed: `git push muster main`, after `ctl create`."},
    {"shell",
     "A shell in the app's environment: `ctl run bash`; inside a process: "
     "`ctl exec web.1`."},
    {"bash",
     "A shell in the app's environment: `ctl run bash`; inside a process: "
     "`ctl exec web.1`."},
    {"sh",
     "A shell in the app's environment: `ctl run sh`; inside a process: "
     "`ctl exec web.1`."},
    {"console", "A console is a command in the app's environment: `ctl run COMMAND`."},
    {"ssh", "A shell inside a process: `ctl exec web.1`."},
    {"set", "A config var is set by `ctl config set NAME=VALUE`."},
    {"unset", "A config var is unset by `ctl config unset NAME`."},
    {"get", "A config var is shown by `ctl config get NAME`."},
    {"save", "There is nothing to save: the formation and the config vars are kept."},
    {"apps:destroy", "All that is kept of an app is removed by `ctl destroy APP`."},
    {"startup", "An app is started at boot after `ctl enable`."},
    {"unstartup", "An app is not started at boot any more after `ctl disable`."},
    {"delete", "A type is taken away by its line of the Procfile and `ctl reload`."},
    {"rm", "A type is taken away by its line of the Procfile and `ctl reload`."},
    {"remove", "A type is taken away by its line of the Procfile and `ctl reload`."},
    {"add", "A type is added by a line of the Procfile and `ctl reload`."},
    {"edit", "What is changed in Procfile, .env and muster.toml counts after `ctl reload`."},
    {"ps:type", "How much a type may use is a limit in muster.toml: `man muster.toml`."},
    {"ps:resize", "How much a type may use is a limit in muster.toml: `man muster.toml`."},
    {"flush", "Old lines go by themselves when the journal has its size."},
    {"reloadLogs", "Old lines go by themselves when the journal has its size."},
    {"buildpacks", "An app is built by its own bin/build when it is pushed."},
    {"domains", "Names and certificates are those of nginx or caddy in front of the app."},
    {"certs", "Names and certificates are those of nginx or caddy in front of the app."},
    {"addons",
     "A database is a process type of the app, or runs beside it; its address is a "
     "config var: `ctl config set DATABASE_URL=...`."},
};

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == word.npos;
}

}  // namespace

std::vector<std::string> in_our_words(std::vector<std::string> words) {
  if (words.empty()) return words;
  const auto& table = words_of_others();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Word& word) { return word.theirs == words.front(); });
  if (found == table.end()) return words;
  std::vector<std::string> said = found->ours;
  said.insert(said.end(), std::next(words.begin()), words.end());
  return said;
}

std::string answer_to(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  const std::string& word = words.front();
  for (auto& answer : answers)
    if (answer.theirs == word) return std::string(answer.ours);
  // `web 2`, `web=2`.
  const size_t sign = word.find_first_of("=+-");
  if (words.size() == 2 && sign == word.npos && is_number(words[1]))
    return fmt::format("How many processes of a type run is said by `ctl scale {}={}`.", word,
                       words[1]);
  if (sign != word.npos && sign > 0 && is_number(std::string_view(word).substr(sign + 1)))
    return fmt::format("How many processes of a type run is said by `ctl scale {}`.", word);
  if (const size_t colon = word.find(':'); colon != word.npos)
    if (auto* verb = find_verb(word.substr(0, colon)); verb && !ends_things(*verb))
      return fmt::format("All that it can do is in `ctl {} --help`.", verb->name);
  return {};
}

}  // namespace muster
