// See replay_desk.h. Here: the messages, and when followers are woken, or told that it is quiet.
#include <algorithm>

#include "proto/codec.h"
#include "serve/replay_served.h"

namespace muster {

namespace {

// A follower that gets nothing is told so often how far it is: so it knows that its daemon is
// there, and has a near place to go on from.
constexpr Nanos pulse_every = 5s;
// Signs of life in one turn of the loop...
constexpr size_t beats_a_turn = 64;
// ...and the time from one such turn to the next, if none is left over: all are looked through.
constexpr Nanos beats_apart = 100ms;
// Followers that are woken read what has come meanwhile, at most so often: this much for each, so
// that many of them leave time for others.
constexpr Nanos pause_for_each = 100us;

}  // namespace

// A replay that ends has its last reply when there was nothing more to be read; one that follows
// learns of each portion up to where it goes.
void ReplayDesk::tell(Served& served) {
  Served::Reading& reading = *served.reading;
  const auto complete = [&](auto& reply) {
    reply.journal = served.journal;
    if (auto gone = reading.follow.take_loss()) {
      reply.gone = gone->range;
      reply.loss = std::move(gone->loss);
    }
  };
  if (!served.follows && !served.has_more && reading.records.empty()) {
    ReplayEndReply reply;
    reply.head = served.head;
    complete(reply);
    return served.exchange.end(std::move(reply));
  }
  if (!served.follows && reading.records.empty()) return;
  ReplayRecordsReply reply;
  reply.records = std::exchange(reading.records, {});
  complete(reply);
  if (served.follows) {
    const bool is_news = !reply.records.empty() || reply.gone || served.is_live != served.told_live;
    if (!is_news) return;
    reply.head = served.head;
    reply.live = served.told_live = served.is_live;
    served.told_at = loop_clock();
  }
  served.exchange.more(std::move(reply));
}

// While it waits, none of what has been published is wanted.
void ReplayDesk::tell_where(Served& served) {
  ReplayRecordsReply reply;
  reply.journal = served.journal;
  reply.head = served.waits() ? std::max(served.head, published_) : served.head;
  reply.live = served.is_live;
  reply.by_file = served.by_file;
  served.told_at = loop_clock();
  served.exchange.more(std::move(reply));
}

// The first message says how far the history goes.
void ReplayDesk::tell_news(Served& served) {
  const auto news = served.waiter->news();
  if (!news && served.told_live) return;
  ReplayRecordsReply reply;
  reply.journal = served.journal;
  reply.head = published_;
  reply.live = served.told_live = true;
  reply.by_file = true;
  if (news) {
    reply.news.emplace(news->seq, news->line);
    served.waiter->wait();
  }
  served.told_at = loop_clock();
  served.exchange.more(std::move(reply));
}

void ReplayDesk::on_published(std::string_view topic, std::string_view payload) {
  if (auto numbers = decode_numbers(payload)) published_ = std::max(published_, numbers->seq);
  topics_.see(topic, payload);
}

void ReplayDesk::wake_later(const Key& key) {
  woken_.push_back(key);
  if (!wake_.armed()) wake_.at(std::max(loop_clock(), paused_until_));
}

void ReplayDesk::wake() {
  paused_until_ = loop_clock() + served_.size() * pause_for_each;
  for (auto& key : std::exchange(woken_, {}))
    if (const auto found = served_.find(key); found != served_.end()) go_on(key, *found->second);
}

void ReplayDesk::arm_pulse() {
  if (!pulse_.armed()) pulse_.after(pulse_every);
}

void ReplayDesk::beat() {
  ended_.clear();
  const MonoTime now = loop_clock();
  MonoTime next = now + pulse_every;
  Nanos apart = beats_apart;
  size_t beats = 0;
  bool are_there = false;
  for (auto& [key, served] : served_) {
    if (!served->follows || served->exchange.is_over()) continue;
    are_there = true;
    if (served->exchange.may_send() && served->told_at + pulse_every <= now) {
      if (++beats > beats_a_turn)
        apart = 1ms;
      else
        tell_where(*served);
    }
    if (served->exchange.may_send()) next = std::min(next, served->told_at + pulse_every);
  }
  std::erase_if(served_, [](auto& entry) {
    return entry.second->exchange.is_over() && !entry.second->work.busy();
  });
  if (are_there) pulse_.at(std::max(next, now + apart));
}

void ReplayDesk::end_followers() {
  is_leaving_ = true;
  for (auto& [key, served] : served_)
    if (served->follows && !served->exchange.is_over()) served->exchange.end(taken_over());
}

RefusedReply ReplayDesk::taken_over() {
  return {Refusal::gone, "another daemon takes over; ask it in a moment, with a new id"};
}

}  // namespace muster
