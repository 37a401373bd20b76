// See sim_follower.h. It does what the daemon's desk does for an exchange, without its threads.
#include "sim_follower.h"

#include "proto/codec.h"

namespace muster::sim {

void SimFollower::ask(TopicWatch& watch) {
  vanish();
  ReplayRequest request;
  request.from = head_ + 1;
  request.topics = topics_;
  request.follow = true;
  follow_.emplace(open_, request, find_(request));
  waiter_ = std::make_unique<TopicWatch::Waiter>(watch, topics_, [] {});
  waiter_->wait();
}

void SimFollower::vanish() {
  follow_.reset();
  waiter_.reset();
}

void SimFollower::read(size_t most_bytes, size_t most_looked_at, uint64_t published) {
  if (!wants_read()) return;
  if (!follow_->has_more()) {
    follow_->go_on(*waiter_->news(), published);
    waiter_->wait();
  }
  auto records = follow_->read(most_bytes, most_looked_at);
  if (!records) {
    wrong_ = records.message();
    return;
  }
  if (auto gone = follow_->take_loss()) {
    if (gone->loss.cause != "retention") wrong_ = "is told of " + gone->loss.cause;
    if (gone->range.first <= head_) wrong_ = "is told again that something is gone";
    tell_gone(gone->range);
  }
  for (auto& [topic, payload] : *records) {
    const auto numbers = decode_numbers(payload);
    if (!numbers || numbers->seq <= head_ || numbers->seq > published) wrong_ = "is sent rubbish";
    if (numbers) has_.deliver(numbers->seq, payload);
  }
  if (follow_->head() < head_) wrong_ = "goes back";
  head_ = follow_->head();
  if (most_bytes % 2 == 0) follow_->rest();
}

void SimFollower::beat(uint64_t published) {
  if (!wants_read()) head_ = std::max(head_, published);
}

void SimFollower::catch_up(uint64_t published) {
  for (int reads = 0; wants_read() && wrong_.empty(); reads++) {
    if (reads > 100'000) wrong_ = "never comes to the end";
    read(64 << 10, SIZE_MAX, published);
  }
}

SimFollowers::SimFollowers(const SimFollower::OpenReplay& open,
                           const std::function<bool(uint64_t seq)>& given) {
  const auto find = [this](const ReplayRequest& request) {
    return Follow::Journal{router_->first_missing(request), published_, router_->journal()};
  };
  for (auto& topics : std::vector<std::vector<std::string>>{{}, {"log/web.1/"}, {"notice/"}})
    followers_.emplace_back(topics, open, find, given);
}

void SimFollowers::on_start(Router& router) {
  router_ = &router;
  published_ = router.head().seq;
}

void SimFollowers::on_kill() {
  for (auto& follower : followers_) follower.vanish();
}

void SimFollowers::on_published(std::string_view topic, std::string_view payload) {
  if (auto numbers = decode_numbers(payload)) published_ = numbers->seq;
  topics_.see(topic, payload);
}

void SimFollowers::step(Rng& rng) {
  SimFollower& follower = followers_[rng.below(followers_.size())];
  const uint64_t what = rng.below(20);
  if (!follower.is_there()) {
    if (what < 10) follower.ask(topics_);
  } else if (what < 6) {
    follower.read(1 + rng.below(20'000), 1 + rng.below(60'000), published_);
  } else if (what == 6) {
    follower.beat(published_);
  } else if (what == 7) {
    follower.vanish();
  }
}

std::string SimFollowers::finish(const std::vector<std::pair<std::string, std::string>>& journaled,
                                 uint64_t oldest) {
  for (auto& follower : followers_) {
    if (!follower.is_there()) follower.ask(topics_);
    follower.catch_up(published_);
    if (auto wrong = follower.compare(journaled, oldest); !wrong.empty())
      return "a follower " + wrong;
  }
  return {};
}

}  // namespace muster::sim
