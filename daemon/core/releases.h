// The app's releases: each change of its config vars or of its code is one. Plain values and the
// plans for the next one; what is done about a new one is the requests' business. Keeps: numbers
// grow and are never used twice, and what a release holds is never changed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "daemon/core/formation.h"
#include "proto/message.h"

namespace muster {

using Config = std::map<std::string, std::string>;

struct Release {
  uint64_t number = 0;
  std::string change;  // "Set A, B config vars"
  std::string by;
  WallTime time{};
  Config config;
  std::string code;     // a name below the directory of checkouts; empty: the app's own directory
  std::string failure;  // why it was taken back, if it did not come up
  bool operator==(const Release&) const = default;
};

class Releases {
 public:
  // Each is at most limits::config_vars, and this many are written at each change.
  static constexpr size_t most = 50;

  Releases() = default;
  explicit Releases(std::vector<Release> oldest_first) : list_(std::move(oldest_first)) {}

  const std::vector<Release>& list() const { return list_; }  // oldest first
  const Release& current() const;                             // number 0 if there is none yet
  const Release* find(uint64_t number) const;
  // The target of a rollback without a number: the newest before the current one that came up.
  const Release* previous() const;
  // The release of the checkout which came last: it is the current one, or that which the current
  // one took back. Older checkouts are deleted some day, and their names may be used again.
  const Release* just_deployed(const std::string& code) const;

  // The oldest goes when there are too many.
  void add(Release release);
  void mark_failed(uint64_t number, const std::string& why);

 private:
  std::vector<Release> list_;
};

// [A-Za-z_][A-Za-z0-9_]*, so that a shell reads it back, and none that muster gives to each process
// itself.
std::optional<RefusedReply> refuse_config_name(const std::string& name);

// The current release with a change. It is nothing if there is nothing to change.
Verdict<std::optional<Release>> plan_config(const Releases& releases, const ConfigRequest& wanted);
Verdict<Release> plan_rollback(const Releases& releases, std::optional<uint64_t> version);
Verdict<Release> plan_deploy(const Releases& releases, const DeployRequest& wanted);
// The release before one that did not come up; `back_to` is 0 if there was none.
Release plan_take_back(const Releases& releases, uint64_t back_to);

}  // namespace muster
