// See shells.h.
#include "ctl/printers/shells.h"

#include <fmt/format.h>
#include <utility>
#include <vector>

#include "proto/version.h"

namespace muster {
namespace {

struct Word {
  std::string name, description;  // "--json"
};

struct VerbOptions {
  const VerbRow* row;
  std::vector<Word> options;
  bool names = false;  // takes types and processes
};

VerbOptions options_of(const VerbRow& row) {
  VerbOptions found{&row, {}};
  auto verb = row.make();
  Options options = head_of(row);
  Output nowhere(-1);
  Session session{{}, nowhere};
  add_common(options, session);
  verb->add_options(options);
  for (auto& shown : options.rows()) {
    for (auto& name : shown.names) found.options.push_back({name, shown.description});
    if (shown.positional == "NAME" || shown.positional == "CHANGE") found.names = true;
  }
  return found;
}

std::vector<VerbOptions> everything() {
  std::vector<VerbOptions> verbs;
  for (auto& row : all_verbs()) verbs.push_back(options_of(row));
  return verbs;
}

std::string words_of(const std::vector<Word>& options) {
  std::string words;
  for (auto& option : options) words += (words.empty() ? "" : " ") + option.name;
  return words;
}

// Types and processes of the daemon that is meant, if it runs.
constexpr const char* names_command =
    "{ ctl ps | awk 'NR > 2 { print $1 }'; ctl scale | tr ' ' '\\n' | sed 's/=.*//'; } "
    "2>/dev/null | sort -u";

// Of daemons that run.
constexpr const char* apps_command = "ctl apps 2>/dev/null | awk 'NR > 2 { print $1 }'";

std::string filled(std::string script, const std::string& verbs, const std::string& cases) {
  const std::pair<std::string_view, std::string_view> places[] = {
      {"@VERBS@", verbs}, {"@CASES@", cases}, {"@NAMES@", names_command}, {"@APPS@", apps_command}};
  for (auto& [place, text] : places)
    if (const size_t at = script.find(place); at != script.npos)
      script.replace(at, place.size(), text);
  return script;
}

std::string for_bash() {
  std::string verbs, cases;
  for (auto& verb : everything()) {
    verbs += fmt::format("{}{}", verbs.empty() ? "" : " ", verb.row->name);
    cases += fmt::format("    {}) words=\"{}\"{} ;;\n", verb.row->name, words_of(verb.options),
                         verb.names ? "; names=1" : "");
  }
  return filled(R"(# bash completion for ctl:  source <(ctl completion bash)
_muster_ctl() {
  local word=${COMP_WORDS[COMP_CWORD]} words="" names=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "@VERBS@" -- "$word")
    return
  fi
  case ${COMP_WORDS[1]} in
@CASES@  esac
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    -a | --app) words=$(@APPS@) names="" ;;
  esac
  case $word in
    -*) ;;
    *) [ -z "$names" ] || words=$(@NAMES@) ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _muster_ctl ctl
)",
                verbs, cases);
}

// What zsh and fish show beside a word stands in single quotes.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return "'" + out + "'";
}

std::string for_zsh() {
  std::string verbs, cases;
  for (auto& verb : everything()) {
    verbs +=
        fmt::format("    {}\n", in_quotes(fmt::format("{}:{}", verb.row->name, verb.row->summary)));
    std::string options;
    for (auto& option : verb.options)
      options += " " + in_quotes(fmt::format("{}:{}", option.name, option.description));
    cases += fmt::format("    {}) options=({}){} ;;\n", verb.row->name, options,
                         verb.names ? "; names=1" : "");
  }
  return filled(R"zsh(#compdef ctl
# zsh completion for ctl:  source <(ctl completion zsh)
_muster_ctl() {
  local -a verbs options processes
  local names=
  verbs=(
@VERBS@  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case $words[2] in
@CASES@  esac
  if [[ -n $names && $PREFIX != -* ]]; then
    processes=(${(f)"$(@NAMES@)"})
    compadd -a processes
  else
    _describe option options
  fi
}
compdef _muster_ctl ctl
)zsh",
                verbs, cases);
}

std::string for_fish() {
  std::string text =
      "# fish completion for ctl:  ctl completion fish | source\ncomplete -c ctl -f\n";
  for (auto& verb : everything()) {
    text += fmt::format("complete -c ctl -n __fish_use_subcommand -a {} -d {}\n", verb.row->name,
                        in_quotes(verb.row->summary));
    const auto when = fmt::format("-n '__fish_seen_subcommand_from {}'", verb.row->name);
    for (auto& option : verb.options)
      text += option.name.starts_with("--")
                  ? fmt::format("complete -c ctl {} -l {} -d {}\n", when, option.name.substr(2),
                                in_quotes(option.description))
                  : fmt::format("complete -c ctl {} -s {} -d {}\n", when, option.name.substr(1),
                                in_quotes(option.description));
    if (verb.names)
      text += fmt::format("complete -c ctl {} -a \"({})\"\n", when,
                          R"(ctl ps 2>/dev/null | string )"
                          R"(match -r '^[a-z]\S*\.\d+')");
  }
  return text;
}

// A line of its own that troff must not read as a request.
std::string troff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins = c == '\n';
  }
  return out;
}

}  // namespace

std::string completion(std::string_view shell) {
  if (shell == "bash") return for_bash();
  if (shell == "zsh") return for_zsh();
  if (shell == "fish") return for_fish();
  return {};
}

std::string manual() {
  std::string text = fmt::format(
      ".TH CTL 1 \"\" \"muster {}\" \"Muster\"\n.SH NAME\nctl \\- steer a running musterd and read "
      "its logs\n.SH SYNOPSIS\n.B ctl\n.I VERB\n[\\-a\n.IR APP ]\n[\\fIOPTIONS\\fR]\n"
      ".SH DESCRIPTION\nThe app is \\-a APP, else $MUSTER_APP, else the directory of the nearest "
      "Procfile upward.\n.SH VERBS\n",
      version);
  for (auto& row : all_verbs()) {
    auto verb = row.make();
    Options options = head_of(row);
    verb->add_options(options);
    text += fmt::format(".SS {}\n.nf\n{}.fi\n", row.name, troff(options.help()));
  }
  text += ".SH EXIT STATUS\n0 done, 1 the answer is no, 2 usage, 3 no daemon, 4 timeout.\n";
  return text;
}

}  // namespace muster
