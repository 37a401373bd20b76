// ctl scale: how many processes of each type are wished for. All or nothing.
#include <fmt/format.h>

#include "ctl/printers/json.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/formation.h"

namespace muster {
namespace {

class Scale : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("CHANGE", changes_,
                  "web=2 sets, worker+1 adds, clock-1 takes away; none prints the formation");
    options.flag("--json", json_, "The formation afterwards, as an object");
    add_timeout(options, seconds_);
  }

  Outcome<int> run(Session& session) override {
    auto reply = ask<ScaleReply>(session, ScaleRequest{joined(changes_)}, nanos_of(seconds_));
    if (!reply) return tl::unexpected(reply.error());
    if (json_) {
      session.out.write(text_of(Json(reply->formation), 2) + "\n");
      return kept(*reply);
    }
    if (changes_.empty()) session.out.write(format_formation(reply->formation) + "\n");
    for (auto& [type, count] : reply->changed)
      session.out.write(fmt::format("Scaling {} processes... done, now running {}\n", type, count));
    return kept(*reply);
  }

 private:
  // `web 2` is `web=2`, as others say it.
  static std::vector<std::string> joined(const std::vector<std::string>& words) {
    std::vector<std::string> changes;
    for (auto& word : words) {
      const bool is_number = word.find_first_not_of("0123456789") == word.npos;
      if (is_number && !changes.empty() && changes.back().find_first_of("=+") == std::string::npos)
        changes.back() += '=' + word;
      else
        changes.push_back(word);
    }
    return changes;
  }

  static Outcome<int> kept(const ScaleReply& reply) {
    if (reply.not_kept.empty()) return status_done;
    return failure(ExitCode::no,
                   fmt::format("That is in force now, but a daemon that is started later would not "
                               "know of it: {}",
                               reply.not_kept));
  }

  std::vector<std::string> changes_;
  bool json_ = false;
  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_scale() { return std::make_unique<Scale>(); }

}  // namespace muster
