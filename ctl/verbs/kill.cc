// ctl kill: a signal to all processes of the trees that are named, and no word to the daemon about
// what it is to do when they end of it.
#include <fmt/format.h>
#include <charconv>
#include <csignal>

#include "ctl/printers/progress.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/settings_values.h"

namespace muster {
namespace {

// TERM, SIGTERM, term or 15, as kill(1) takes them.
std::optional<int32_t> signal_number(std::string text) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size())
    return number >= 1 && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return signal_named(text);
}

class KillVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("NAME", names_, "Types (web), processes (web.1) or patterns ('w*')").required();
    const Option signal = options.text("-s,--signal", signal_, "HUP, SIGHUP or 1");
    signal.shown_as("SIGNAL [TERM]");
    options.flag("-9", kill_, "The same as -s KILL").excludes(signal);
  }

  Outcome<int> run(Session& session) override {
    const auto number = kill_ ? SIGKILL : signal_number(signal_);
    if (!number)
      return failure(ExitCode::usage,
                     fmt::format("'{}' is not a signal, such as HUP or 15", signal_));
    auto reply = ask<DoneReply>(session, KillRequest{names_, *number}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    const std::string doing = fmt::format("Sending {} to", name_of(Signal{*number}));
    for (auto& head : progress_heads(doing, names_)) session.out.write(head + "done\n");
    return status_done;
  }

 private:
  std::vector<std::string> names_;
  std::string signal_ = "TERM";
  bool kill_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_kill() { return std::make_unique<KillVerb>(); }

}  // namespace muster
