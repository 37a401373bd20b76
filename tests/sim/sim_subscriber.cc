// See sim_subscriber.h.
#include "sim_subscriber.h"

#include <algorithm>

#include "proto/codec.h"

namespace muster::sim {
namespace {

RecordNumbers numbers_of(std::string_view payload) {
  auto decoded = decode_record(payload);
  if (!decoded) return {};
  return std::visit([](auto& record) { return record.numbers; }, *decoded);
}

}  // namespace

bool SimSubscriber::wants(std::string_view topic) const {
  return topics_.empty() || std::any_of(topics_.begin(), topics_.end(),
                                        [&](auto& prefix) { return topic.starts_with(prefix); });
}

void SimSubscriber::on_live(std::string_view topic, std::string_view payload) {
  if (!wants(topic)) return;
  auto numbers = numbers_of(payload);
  switch (continuity_.take_live(topic, numbers)) {
    case Continuity::Live::known:
      return;
    case Continuity::Live::gap:
      return catch_up();
    case Continuity::Live::deliver:
      return deliver(numbers.seq, payload);
  }
}

void SimSubscriber::catch_up() {
  ReplayRequest request;
  request.topics = topics_;
  request.from = continuity_.resume_from();
  request.have = continuity_.have();
  auto replay = open_(request);
  if (!replay) {
    wrong_ = replay.message();
    return;
  }
  if (!continuity_.take_journal(replay->journal())) wrong_ = "is given another journal";
  for (;;) {
    auto records = replay->next(64 << 10);
    if (auto gone = replay->take_loss()) {
      if (gone->loss.cause != "retention") wrong_ = "is told of " + gone->loss.cause;
      tell_gone(gone->range);
      continuity_.take_gone(gone->range.second);
    }
    if (!records || records->empty()) break;
    for (auto& [topic, payload] : *records) {
      auto numbers = numbers_of(payload);
      const uint64_t before = continuity_.resume_from();
      if (continuity_.take_replayed(topic, numbers))
        deliver(numbers.seq, payload);
      else if (numbers.seq >= before)
        wrong_ = fmt::format("is sent {} again", numbers.seq);
    }
  }
  if (!continuity_.on_replay_end(replay->head())) wrong_ = "the numbers begin anew";
}

void SimSubscriber::resume() {
  catch_up();
  continuity_ = Continuity(topics_, continuity_.resume_from() - 1);
}

void SimSubscriber::deliver(uint64_t seq, std::string_view payload) {
  if (given_ && !given_(seq)) return;
  if (!has_.emplace(seq, payload).second) wrong_ = fmt::format("is given {} twice", seq);
}

bool SimSubscriber::lacks(const std::pair<std::string, std::string>& record, uint64_t seq) const {
  return wants(record.first) && !has_.contains(seq);
}

std::string SimSubscriber::compare(
    const std::vector<std::pair<std::string, std::string>>& journaled, uint64_t oldest) const {
  if (!wrong_.empty()) return wrong_;
  for (uint64_t seq = 1; seq <= journaled.size(); seq++) {
    auto& [topic, payload] = journaled[seq - 1];
    auto has = has_.find(seq);
    if (has == has_.end()) {
      auto gone = gone_.upper_bound(seq);
      bool told = gone != gone_.begin() && std::prev(gone)->second >= seq;
      if (wants(topic) && !told) return fmt::format("lacks {}, and was not told", seq);
    } else if (!wants(topic) || has->second != payload) {
      return fmt::format("is given something else as {}", seq);
    }
  }
  for (auto& [first, last] : gone_) {
    bool lost = false;
    for (uint64_t seq = first; seq <= std::min<uint64_t>(last, journaled.size()) && !lost; seq++)
      lost = lacks(journaled[seq - 1], seq);
    if (!lost || last >= oldest)
      return fmt::format("was told that {} to {} are gone, which they are not", first, last);
  }
  return has_.empty() || has_.rbegin()->first <= journaled.size() ? "" : "has more than there is";
}

}  // namespace muster::sim
