// A push, from the commit to the release that runs: checked out beside the others, built, and
// handed to the daemon, which decides whether it stays. Prints what it does as Heroku does.
#pragma once

#include <string>
#include <vector>

#include "ctl/deploy/release_log.h"
#include "ctl/deploy/truth.h"
#include "ctl/session.h"

namespace muster {

class Deploy {
 public:
  // In a hook of the app's repository, whose directory is the current one.
  Deploy(Session& session, Endpoints endpoints, std::string commit);

  Outcome<int> run();

  // Checkouts of so many releases stay, for a rollback.
  static constexpr size_t kept_checkouts = 5;

 private:
  Outcome<> check_out();
  Outcome<> build();
  Outcome<> discover();
  Outcome<> launch();
  Outcome<> start_daemon();
  Outcome<uint64_t> release(ReleaseLog& log);
  Outcome<> see_it_come_up(uint64_t version, ReleaseLog& log);
  Failure did_not_come_up(const ReleaseRow& row, ReleaseLog& log);
  std::string what_is_wished() const;
  void prune() const;

  std::string place() const { return endpoints_.checkouts_dir() + '/' + code_; }
  void say(std::string_view text);
  void say_line(std::string_view text);

  Session& session_;
  const Endpoints endpoints_;
  const std::string commit_;
  std::string code_;
  std::vector<std::string> scalable_;  // the types of which there may be a process
  bool started_daemon_ = false;
  Came came_ = Came::to_nothing;
};

}  // namespace muster
