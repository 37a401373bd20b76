// ctl: steers a running musterd and reads its logs. Finds the verb, parses its options, runs it and
// exits with what it returns; everything else is in ctl/verbs.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iterator>

#include "ctl/remote/meant.h"
#include "ctl/verbs/verb.h"
#include "ctl/verbs/words.h"
#include "proto/version.h"

namespace muster {
namespace {

// Where the verb is not for this machine's own apps, as its row says.
Outcome<int> run_meant(const VerbRow& row, Verb& verb, Session& session,
                       const std::vector<std::string>& words) {
  session.is_here = row.afar == Afar::no_matter;
  if (row.afar == Afar::not_from_afar) {
    if (session.host && !session.host->empty())
      return failure(ExitCode::usage,
                     fmt::format("{} is for files of this machine, and cannot be asked of another "
                                 "one; there it is: ssh HOST ctl {}",
                                 row.name, row.name));
    session.is_here = true;
  }
  auto host = host_meant(session);
  if (!host) return tl::unexpected(host.error());
  if (!*host) return verb.run(session);
  if (row.afar == Afar::there)
    return run_there(session, **host, row.name, words,
                     row.is_of_all_apps ? "" : far_app(session, **host));
  auto outcome = verb.run(session);
  if (outcome || row.afar != Afar::asked_or_there || !session.far->is_down) return outcome;
  session.out.flush();
  return run_there(session, **host, row.name, words, far_app(session, **host));
}

Outcome<int> run_verb(const VerbRow& row, const std::vector<std::string>& words, Output& out) {
  auto verb = row.make();
  Session session{{}, out};
  Options options = head_of(row);
  add_common(options, session);
  verb->add_options(options);
  const auto ended = options.parse(words);
  if (!ended) {
    auto outcome = run_meant(row, *verb, session, words);
    if (session.hint->empty()) return outcome;
    out.flush();
    tell(*session.hint);
    return outcome;
  }
  if (ended->wrong)
    return failure(ExitCode::usage, fmt::format("{}\nSee `ctl {} --help`.", ended->text, row.name));
  out.write(ended->text);
  return status_done;
}

tl::unexpected<Failure> unknown_verb(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  std::string message = fmt::format("'{}' is not a verb of ctl.", name);
  if (const std::string answer = answer_to(words); !answer.empty())
    message += '\n' + answer;
  else if (auto* nearest = nearest_verb(name))
    message += fmt::format(" Did you mean `ctl {}`?", nearest->name);
  return failure(ExitCode::usage, message + "\nSee `ctl --help`.");
}

// `ctl -a APP -H HOST --color=WHEN VERB` means `ctl VERB -a APP -H HOST --color=WHEN`.
constexpr std::string_view common_options[] = {"-a", "--app", "-H", "--host", "--color"};
constexpr std::string_view common_with_value[] = {"--app=", "--host=", "--color=", "-H", "-a"};

void put_verb_first(std::vector<std::string>& words) {
  size_t verb = 0;
  while (verb < words.size()) {
    const std::string& word = words[verb];
    const auto is = [&word](std::string_view name) { return word == name; };
    const auto begins = [&word](std::string_view name) { return word.starts_with(name); };
    if (std::any_of(std::begin(common_options), std::end(common_options), is))
      verb += 2;
    else if (std::any_of(std::begin(common_with_value), std::end(common_with_value), begins))
      verb += 1;
    else
      break;
  }
  const auto place = words.begin() + static_cast<std::ptrdiff_t>(std::min(verb, words.size()));
  if (verb > 0 && verb < words.size()) std::rotate(words.begin(), place, place + 1);
}

Outcome<int> dispatch(std::vector<std::string> words, Output& out) {
  put_verb_first(words);
  if (words.empty()) {
    Output err(STDERR_FILENO);
    err.write(overview());
    err.flush();
    return static_cast<int>(ExitCode::usage);
  }
  if (words.front() == "help" && words.size() > 1) {
    words = in_our_words({words[1]});
    words.resize(1);
    words.emplace_back("--help");
  }
  words = in_our_words(std::move(words));
  const std::vector<std::string> said = words;
  std::string first = words.front();
  words.erase(words.begin());
  if (first == "help" || first == "-h" || first == "--help") {
    out.write(overview());
    return status_done;
  }
  if (first == "--version") first = "version";
  auto* verb = find_verb(first);
  if (!verb) return unknown_verb(said);
  return run_verb(*verb, words, out);
}

// Under cron and in CI a standard descriptor may be closed; then the next file or socket that is
// opened would be taken for it. A closed stdin is one at its end. A closed stdout takes nothing,
// and is told of by who writes to it; where stderr is closed nothing can be told.
void hold_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) try {
  muster::hold_standard_descriptors();
  ::signal(SIGPIPE, SIG_IGN);
  muster::Output out(STDOUT_FILENO);
  auto outcome = muster::dispatch({argv + 1, argv + argc}, out);
  out.flush();
  // The reader may leave when it has seen enough; a disk that is full is another matter.
  if (outcome && out.error_number() != 0)
    outcome = muster::failure(muster::ExitCode::no, fmt::format("cannot write to stdout: {}",
                                                                std::strerror(out.error_number())));
  if (outcome) return *outcome;
  muster::tell(outcome.error().message);
  return static_cast<int>(outcome.error().code);
} catch (const std::exception& problem) {
  muster::tell(problem.what());
  return static_cast<int>(muster::ExitCode::no);
}
