// See shells.h.
#include "ctl/printers/shells.h"

#include <fmt/format.h>

#include "ctl/verbs/verb.h"

namespace muster {
namespace {

std::string with_verbs(std::string script, const std::string& verbs) {
  constexpr std::string_view place = "@VERBS@";
  return script.replace(script.find(place), place.size(), verbs);
}

std::string for_bash() {
  std::string verbs;
  for (auto& verb : all_verbs()) verbs += fmt::format("{}{}", verbs.empty() ? "" : " ", verb.name);
  // A word that goes on behind its `=` gets no blank.
  return with_verbs(R"(# bash completion for ctl:  source <(ctl completion bash)
_muster_ctl() {
  local word=${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] && [ "${word#-}" = "$word" ]; then
    mapfile -t COMPREPLY < <(compgen -W "@VERBS@" -- "$word")
    return
  fi
  while IFS= read -r line; do
    COMPREPLY+=("${line%%$'\t'*}")
  done < <(ctl completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [ "${#COMPREPLY[@]}" -eq 0 ] || [ "${COMPREPLY[0]%=}" = "${COMPREPLY[0]}" ] ||
    compopt -o nospace 2>/dev/null || :
}
complete -F _muster_ctl ctl muster
)",
                    verbs);
}

// The explanation that zsh and fish show beside a word stands in single quotes.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return "'" + out + "'";
}

std::string for_zsh() {
  std::string verbs;
  for (auto& verb : all_verbs())
    verbs += fmt::format("    {}\n", in_quotes(fmt::format("{}:{}", verb.name, verb.summary)));
  return with_verbs(R"zsh(#compdef ctl muster
# zsh completion for ctl:  source <(ctl completion zsh)
_muster_ctl() {
  local -a verbs whole shown begun begun_shown
  local line word
  verbs=(
@VERBS@  )
  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    _describe verb verbs
    return
  fi
  for line in ${(f)"$(ctl completion zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    word=${line%%$'\t'*}
    if [[ $word == *= ]]; then
      begun+=($word) begun_shown+=("${line/$'\t'/  -- }")
    else
      whole+=($word) shown+=("${line/$'\t'/  -- }")
    fi
  done
  compadd -d shown -a whole
  compadd -S '' -d begun_shown -a begun
}
compdef _muster_ctl ctl muster
)zsh",
                    verbs);
}

std::string for_fish() {
  std::string verbs;
  for (auto& verb : all_verbs())
    verbs += fmt::format("complete -c ctl -n __muster_ctl_begins -a {} -d {}\n", verb.name,
                         in_quotes(verb.summary));
  return with_verbs(R"fish(# fish completion for ctl:  ctl completion fish | source
function __muster_ctl_begins
  test (count (commandline -opc)) -eq 1; and not string match -q -- '-*' (commandline -ct)
end
function __muster_ctl
  set -l before (commandline -opc)
  set -l begun (commandline -ct)
  ctl completion fish -- $before[2..-1] "$begun" 2>/dev/null
end
complete -c ctl -f
complete -c muster -w ctl
@VERBS@complete -c ctl -n 'not __muster_ctl_begins' -a '(__muster_ctl)'
)fish",
                    verbs);
}

}  // namespace

std::string completion(std::string_view shell) {
  if (shell == "bash") return for_bash();
  if (shell == "zsh") return for_zsh();
  if (shell == "fish") return for_fish();
  return {};
}

}  // namespace muster
