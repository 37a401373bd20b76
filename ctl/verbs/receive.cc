// ctl receive: what the hook of an app's repository calls, with git's lines of what is pushed on
// stdin. Not for people. Fails if what is pushed is not to be taken in.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <iostream>
#include <sstream>

#include "base/trusted_path.h"
#include "ctl/deploy/deploy.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

struct Push {
  std::string commit, branch;  // the one to be deployed; empty: none of it is
  std::vector<std::string> others;
};

bool is_deletion(const std::string& commit) { return commit.find_first_not_of('0') == commit.npos; }

Push read_push(std::istream& lines) {
  Push push;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string before, after, ref;
    words >> before >> after >> ref;
    const bool is_main = ref == "refs/heads/main";
    if ((is_main || ref == "refs/heads/master") && (push.branch.empty() || is_main)) {
      push.commit = after;
      push.branch = ref.substr(ref.rfind('/') + 1);
    } else {
      push.others.push_back(ref);
    }
  }
  return push;
}

class Receive : public Verb {
 public:
  void add_options(Options&) override {}

  Outcome<int> run(Session& session) override {
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    const Push push = read_push(std::cin);
    for (auto& ref : push.others)
      session.out.write(
          fmt::format("       {} is stored; deployed is only main, or master\n", ref));
    if (push.branch.empty()) return status_done;
    if (is_deletion(push.commit))
      return failure(ExitCode::no, push.branch + " is what is deployed and cannot be deleted");
    if (auto state = open_state_directory(*endpoints, geteuid()); !state)
      return failure(ExitCode::no, state.message());
    const auto turn = open_regular(endpoints->state_dir + "/deploy.lock", O_RDWR | O_CREAT);
    if (!turn) return failure(ExitCode::no, turn.message());
    if (flock(turn->get(), LOCK_EX | LOCK_NB) != 0)
      return failure(ExitCode::no, "another push is being deployed; push again when it is done");
    return Deploy(session, *endpoints, push.commit).run();
  }
};

}  // namespace

std::unique_ptr<Verb> make_receive() { return std::make_unique<Receive>(); }

}  // namespace muster
