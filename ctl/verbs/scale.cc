// ctl scale: how many processes of each type are wished for. All or nothing.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "ctl/patience.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/formation.h"
#include "proto/process_name.h"

namespace muster {
namespace {

class Scale : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("CHANGE", changes_,
                  "web=2 sets, worker+1 adds, clock-1 takes away; none prints the formation");
    options.flag("--json", json_, "The formation afterwards, as an object");
    add_patience(options, patience_);
  }

  Outcome<int> run(Session& session) override {
    ScaleRequest request{joined(changes_)};
    if (!changes_.empty()) request.wait = patience_.wait();
    size_t most = 0;
    const auto count = [&] { return count_scaled(session, request.changes, most); };
    auto reply = ask_patiently<ScaleReply>(session, request, patience_,
                                           {"Scaling processes... ", false, count});
    if (!reply) return tl::unexpected(reply.error());
    if (json_) {
      session.out.write(text_of(Json(reply->formation), 2) + "\n");
      return kept(*reply);
    }
    if (changes_.empty()) session.out.write(format_formation(reply->formation) + "\n");
    for (auto& [type, number] : reply->changed)
      session.out.write(
          fmt::format("Scaling {} processes... done, now running {}\n", type, number));
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

  // Counts, in the types that are scaled, the wished processes that are up, and the others that are
  // gone.
  static Progress count_scaled(const Session& session, const std::vector<std::string>& changes,
                               size_t& most) {
    auto wished = ask<ScaleReply>(session, ScaleRequest{}, short_timeout);
    auto reply = ask<PsReply>(session, PsRequest{}, short_timeout);
    if (!wished || !reply) return std::nullopt;
    size_t up = 0, leaving = 0, all = 0;
    for (auto& [type, number] : wished->formation) {
      const auto changes_it = [&, &name = type](const std::string& change) {
        return change.starts_with(name) && change.find_first_of("=+-", name.size()) == name.size();
      };
      if (std::none_of(changes.begin(), changes.end(), changes_it)) continue;
      all += number;
      for (auto& row : reply->processes) {
        const auto process = parse_process_name(row.process);
        if (!process || process->type != type) continue;
        leaving += process->number > number;
        up += process->number <= number && row.state == "up";
      }
    }
    most = std::max(most, all + leaving);
    return std::pair(up + most - all - leaving, most);
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
  Patience patience_;
};

}  // namespace

std::unique_ptr<Verb> make_scale() { return std::make_unique<Scale>(); }

}  // namespace muster
