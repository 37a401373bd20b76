// ctl status: the health of the daemon.

#include "ctl/printers/status.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Status : public Verb {
 public:
  void add_options(Options& options) override {
    options.flag("--json", json_, "An object instead of the table");
  }

  Outcome<int> run(Session& session) override {
    auto reply = ask<StatusReply>(session, StatusRequest{}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    session.out.write(json_ ? status_json(*reply) : status_text(*reply));
    return status_done;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_status() { return std::make_unique<Status>(); }

}  // namespace muster
