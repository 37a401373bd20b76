// ctl ps: the processes and their states.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "ctl/printers/ps.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Ps : public Verb {
 public:
  void add_options(CLI::App& app) override {
    app.add_option("NAME", names_, "Only these types (web) or processes (web.1)");
    app.add_flag("--json", json_, "An array of objects instead of the table");
  }

  Outcome<int> run(Session& session) override {
    auto reply = ask<PsReply>(session, PsRequest{names_}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    session.out.write(json_ ? ps_json(reply->processes) : ps_table(reply->processes));
    if (json_) return status_done;
    session.out.flush();
    for (auto& row : reply->processes)
      if (row.note) tell(fmt::format("{}: {}", row.process, *row.note));
    return status_done;
  }

 private:
  std::vector<std::string> names_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_ps() { return std::make_unique<Ps>(); }

}  // namespace muster
