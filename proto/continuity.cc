// See continuity.h.
#include "proto/continuity.h"

#include <algorithm>

namespace muster {

Continuity::Continuity(const std::vector<std::string>& topics, uint64_t floor)
    : scope_(Scope::several), floor_(floor) {
  // An exact topic is "KIND/PROCESS/"; every shorter prefix may stand for several.
  const auto is_exact = [](std::string_view topic) {
    return topic.ends_with('/') && std::count(topic.begin(), topic.end(), '/') == 2;
  };
  if (topics.empty() || std::find(topics.begin(), topics.end(), "") != topics.end())
    scope_ = Scope::everything;
  else if (topics.size() == 1 && is_exact(topics.front()))
    scope_ = Scope::one_topic;
}

bool Continuity::take_replayed(std::string_view topic, const RecordNumbers& numbers) {
  seen_ = std::max(seen_, numbers.seq);
  const bool is_new = numbers.seq > known(topic);
  floor_ = std::max(floor_, numbers.seq);
  return is_new;
}

Continuity::Live Continuity::take_live(std::string_view topic, const RecordNumbers& numbers) {
  const uint64_t known_here = known(topic);
  if (numbers.seq <= known_here) return Live::known;
  const bool follows =
      scope_ == Scope::everything ? numbers.seq == known_here + 1 : numbers.prev <= known_here;
  if (!follows || last_.size() >= topics_limit) return Live::gap;
  seen_ = std::max(seen_, numbers.seq);
  note(topic, numbers.seq);
  return Live::deliver;
}

void Continuity::forget() {
  floor_ = seen_ = 0;
  last_.clear();
}

bool Continuity::take_journal(std::string_view journal) {
  if (journal.empty() || journal == journal_) return true;
  const bool first = journal_.empty();
  journal_ = journal;
  if (!first) forget();
  return first;
}

bool Continuity::on_replay_end(uint64_t head) {
  if (head < seen_) {
    forget();
    return false;
  }
  seen_ = head;
  floor_ = std::max(floor_, head);
  std::erase_if(last_, [this](const auto& entry) { return entry.second <= floor_; });
  return true;
}

uint64_t Continuity::known(std::string_view topic) const {
  if (scope_ != Scope::several) return floor_;
  const auto found = last_.find(topic);
  return found == last_.end() ? floor_ : std::max(floor_, found->second);
}

void Continuity::note(std::string_view topic, uint64_t seq) {
  if (scope_ != Scope::several) {
    floor_ = seq;
  } else if (const auto found = last_.find(topic); found != last_.end()) {
    found->second = seq;
  } else {
    last_.emplace(topic, seq);
  }
}

}  // namespace muster
