// ctl join: takes an invitation, which comes by stdin so that no other user sees it in a list of
// processes.
#include <fmt/format.h>
#include <unistd.h>
#include <iostream>

#include "ctl/remote/invitation.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Join : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nReads the line that `ctl key invite` printed over there, makes a key of yours if there\n"
        "is none, and has it let in. The invitation is good for 15 minutes and for one use.");
  }

  Outcome<int> run(Session& session) override {
    if (::isatty(STDIN_FILENO) != 0) tell("the invitation, as `ctl key invite` printed it:");
    std::string line;
    std::getline(std::cin, line);
    while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
    const auto invitation = parse_invitation(line);
    if (!invitation)
      return failure(
          ExitCode::usage,
          "that is no invitation, or only a part of one: muster://HOST:PORT/APP?server=...");
    if (auto accepted = accept(*invitation); !accepted) return tl::unexpected(accepted.error());
    session.out.write(fmt::format("You are let in: ctl -H muster://{}/{} ps\n", invitation->place,
                                  invitation->app));
    return status_done;
  }
};

}  // namespace

std::unique_ptr<Verb> make_join() { return std::make_unique<Join>(); }

}  // namespace muster
