// See releases.h.
#include "daemon/core/releases.h"

#include <algorithm>

#include "daemon/core/listing.h"
#include "proto/limits.h"

namespace muster {
namespace {

bool may_be_in_variable(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

tl::unexpected<RefusedReply> refused(Refusal refusal, std::string message) {
  return tl::unexpected(RefusedReply{refusal, std::move(message)});
}

Release next_after(const Releases& releases, std::string change) {
  Release release = releases.current();
  release.number++;
  release.change = std::move(change);
  release.failure.clear();
  return release;
}

std::string change_text(const std::vector<std::string>& set,
                        const std::vector<std::string>& unset) {
  std::string text;
  if (!set.empty()) text = "Set " + listing(set) + " config vars";
  if (!unset.empty()) text += (text.empty() ? "Unset " : ", unset ") + listing(unset);
  return set.empty() ? text + " config vars" : text;
}

// A name below the directory of checkouts and nothing else.
bool is_code_name(const std::string& code) {
  return !code.empty() && code.size() <= limits::type_name && code.front() != '.' &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return may_be_in_variable(c) || c == '-' || c == '.'; });
}

}  // namespace

const Release& Releases::current() const {
  static const Release none;
  return list_.empty() ? none : list_.back();
}

const Release* Releases::find(uint64_t number) const {
  for (auto& release : list_)
    if (release.number == number) return &release;
  return nullptr;
}

const Release* Releases::previous() const {
  for (size_t i = list_.size(); i-- > 1;)
    if (list_[i - 1].failure.empty()) return &list_[i - 1];
  return nullptr;
}

const Release* Releases::just_deployed(const std::string& code) const {
  const auto end = list_.rbegin() + std::min<ptrdiff_t>(2, ptrdiff_t(list_.size()));
  auto found = std::find_if(list_.rbegin(), end, [&](auto& one) { return one.code == code; });
  return found == end ? nullptr : &*found;
}

void Releases::add(Release release) {
  list_.push_back(std::move(release));
  if (list_.size() > most) list_.erase(list_.begin());
}

void Releases::mark_failed(uint64_t number, const std::string& why) {
  for (auto& release : list_)
    if (release.number == number) release.failure = why;
}

std::optional<RefusedReply> refuse_config_name(const std::string& name) {
  const bool begins_well = !name.empty() && (name[0] < '0' || name[0] > '9');
  if (!begins_well || name.size() > limits::config_name ||
      !std::all_of(name.begin(), name.end(), may_be_in_variable))
    return RefusedReply{
        Refusal::usage,
        fmt::format("'{}' cannot be the name of a config var: letters, digits and '_', "
                    "and no digit first",
                    name)};
  for (auto taken : {"PORT", "PS", "DYNO", "NOTIFY_SOCKET"})
    if (name == taken)
      return RefusedReply{Refusal::no,
                          name + " is given to each process by muster and cannot be set"};
  return std::nullopt;
}

Verdict<std::optional<Release>> plan_config(const Releases& releases, const ConfigRequest& wanted) {
  Config config = releases.current().config;
  std::vector<std::string> set, unset;
  for (auto& [name, value] : wanted.set) {
    if (auto refusal = refuse_config_name(name)) return tl::unexpected(*refusal);
    if (value.find('\0') != value.npos)
      return refused(Refusal::usage, name + " holds a NUL, which no environment can");
    const auto had = config.find(name);
    if (had != config.end() && had->second == value) continue;
    config[name] = value;
    set.push_back(name);
  }
  for (auto& name : wanted.unset) {
    if (wanted.set.contains(name))
      return refused(Refusal::usage, name + " is to be set and to be unset");
    if (config.erase(name) > 0) unset.push_back(name);
  }
  if (set.empty() && unset.empty()) return std::nullopt;
  size_t bytes = 0;
  for (auto& [name, value] : config) bytes += name.size() + value.size();
  if (config.size() > limits::variables)
    return refused(Refusal::no, fmt::format("{} config vars are too many: at most {}",
                                            config.size(), limits::variables));
  if (bytes > limits::config_vars)
    return refused(Refusal::no, fmt::format("{} bytes of config vars are too many: at most {}",
                                            bytes, limits::config_vars));
  Release release = next_after(releases, change_text(set, unset));
  release.config = std::move(config);
  return release;
}

Verdict<Release> plan_rollback(const Releases& releases, std::optional<uint64_t> version) {
  if (releases.list().empty()) return refused(Refusal::no, "there are no releases yet");
  const Release* old = version ? releases.find(*version) : releases.previous();
  if (!old && !version) return refused(Refusal::no, "there is no earlier release");
  if (!old)
    return refused(Refusal::no,
                   fmt::format("No such release as v{}; there are v{} to v{}", *version,
                               releases.list().front().number, releases.current().number));
  if (old == &releases.current())
    return refused(Refusal::no, fmt::format("v{} is the current release", old->number));
  Release release = next_after(releases, fmt::format("Rollback to v{}", old->number));
  release.config = old->config;
  release.code = old->code;
  return release;
}

Release plan_take_back(const Releases& releases, uint64_t back_to) {
  const Release* old = releases.find(back_to);
  const Release before = old ? *old : Release{};
  Release release =
      next_after(releases, old ? fmt::format("Rollback to v{}", old->number)
                               : fmt::format("Rollback to before v{}", releases.current().number));
  release.config = before.config;
  release.code = before.code;
  return release;
}

Verdict<Release> plan_deploy(const Releases& releases, const DeployRequest& wanted) {
  if (!is_code_name(wanted.code))
    return refused(Refusal::usage, fmt::format("'{}' is not a checkout", wanted.code));
  Release release = next_after(releases, "Deploy " + wanted.commit.substr(0, limits::type_name));
  release.code = wanted.code;
  return release;
}

}  // namespace muster
