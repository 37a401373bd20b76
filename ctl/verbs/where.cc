// ctl where: where an app's files and sockets are, and whether its daemon runs. By it a ctl on
// another machine finds the daemon.
#include "ctl/remote/where.h"

#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class WhereVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.flag("--json", json_, "An object on one line, also where no app is meant");
  }

  Outcome<int> run(Session& session) override {
    std::string problem;
    const Where where = where_here(session, problem);
    if (where.app.empty() && !json_) return failure(ExitCode::usage, problem);
    session.out.write(json_ ? where_json(where) : where_text(where));
    return status_done;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_where() { return std::make_unique<WhereVerb>(); }

}  // namespace muster
