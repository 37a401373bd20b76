// ctl releases, ctl rollback: what the app was changed to, and back.
#include <fmt/format.h>
#include <charconv>

#include "ctl/patience.h"
#include "ctl/printers/releases.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class ReleasesVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.number("-n,--num", rows_, "The last so many").positive().shown_as("N [15]");
    options.flag("--json", json_, "An array of objects instead of the table");
  }

  Outcome<int> run(Session& session) override {
    auto reply = ask<ReleasesReply>(session, ReleasesRequest{}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    auto& releases = reply->releases;
    std::reverse(releases.begin(), releases.end());
    if (releases.size() > rows_) releases.resize(rows_);
    session.out.write(json_ ? releases_json(releases)
                            : releases_table(releases, read_clocks().wall));
    return status_done;
  }

 private:
  size_t rows_ = 15;
  bool json_ = false;
};

class Rollback : public Verb {
 public:
  void add_options(Options& options) override {
    options.text("RELEASE", release_, "v3; none: the one before the current one");
    add_patience(options, patience_);
  }

  Outcome<int> run(Session& session) override {
    RollbackRequest request;
    if (!release_.empty()) {
      const std::string_view digits = std::string_view(release_).substr(release_[0] == 'v' ? 1 : 0);
      uint64_t version = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), version);
      if (error != std::errc() || end != digits.data() + digits.size())
        return failure(ExitCode::usage, fmt::format("'{}' is not a release, such as v3", release_));
      request.version = version;
    }
    const std::string head = "Rolling back... ";
    session.out.write(head);
    session.out.flush();
    request.wait = patience_.wait();
    const auto count = [&, begun = read_clocks().mono] { return count_up(session, {}, begun); };
    auto reply = ask_patiently<ReleasedReply>(session, request, patience_, {head, true, count});
    session.out.write(reply ? fmt::format("done, v{}\n", reply->version) : "failed\n");
    if (!reply) return tl::unexpected(reply.error());
    return status_done;
  }

 private:
  std::string release_;
  Patience patience_;
};

}  // namespace

std::unique_ptr<Verb> make_releases() { return std::make_unique<ReleasesVerb>(); }
std::unique_ptr<Verb> make_rollback() { return std::make_unique<Rollback>(); }

}  // namespace muster
