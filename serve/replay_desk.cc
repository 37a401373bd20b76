// See replay_desk.h. There is one read at a time per exchange, and there are few in all, so that
// the thread pool has room for others; what a read shares with its thread is kept alive by both.
#include "serve/replay_desk.h"

#include <algorithm>

#include "base/check.h"
#include "serve/replay_served.h"

namespace muster {

namespace {

// A replay that ends is soon over; a program that shows several logs at once needs one for each.
constexpr Places replay_places{"replays", 64, 16};
// A follower stays, and costs a cursor while it is quiet: some 2 KiB.
constexpr Places places_to_follow{"replays that follow", 1024, 32};
// The pool has four threads: one is left for what keeps the journal on the disk.
constexpr size_t most_reads = 3;
// A portion in which nothing is wanted ends after so much, so that others have their turn.
constexpr size_t look_at_most = 8 << 20;
// At most this many keep their files open, and some 256 KiB each, between one read and the next.
constexpr size_t most_open = 64;
// A longer list of topics than this counts among what is kept for a client.
constexpr size_t worth_holding = 4 << 10;
// Memory that an entry of a request's list takes, besides its text.
constexpr size_t entry_cost = 128;

size_t memory_of(const ReplayRequest& request) {
  size_t bytes = 0;
  for (auto& topic : request.topics) bytes += 2 * topic.size() + 2 * entry_cost;
  for (auto& [topic, seq] : request.have) bytes += topic.size() + entry_cost;
  return bytes;
}

}  // namespace

// The files are closed by the thread that reads them, unless the next portion is near.
void ReplayDesk::Served::Reading::read(bool rests) {
  auto next = follow.read(limits::replay_message, look_at_most);
  if (!next)
    problem = next.message();
  else
    records = std::move(*next);
  if (rests) follow.rest();
}

ReplayDesk::ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, const Outlet& outlet,
                       uint64_t published)
    : loop_(loop),
      journal_dir_(std::move(journal_dir)),
      bounds_(std::move(bounds)),
      outlet_(outlet),
      published_(published),
      log_(loop, "replay"),
      wake_(loop, [this] { wake(); }),
      pulse_(loop, [this] { beat(); }) {}
ReplayDesk::~ReplayDesk() = default;

bool ReplayDesk::take(const ClientId& client, const Request& request) {
  ended_.clear();
  Key key{client, request.id};
  if (auto* replay = std::get_if<ReplayRequest>(&request.body)) {
    begin(key, *replay);
    return true;
  }
  auto found = served_.find(key);
  if (found == served_.end()) return false;
  if (auto* credit = std::get_if<CreditRequest>(&request.body)) {
    Served& served = *found->second;
    served.exchange.grant(credit->messages);
    go_on(key, served);
    return true;
  }
  if (!std::holds_alternative<CancelRequest>(request.body)) return false;
  stop(found);
  return true;
}

void ReplayDesk::forget(const ClientId& client) {
  ended_.clear();
  for (auto it = served_.lower_bound({client, 0});
       it != served_.end() && it->first.first == client;)
    it = stop(it);
}

// Without a last reply. A portion that is being read is thrown away when it comes.
ReplayDesk::AllServed::iterator ReplayDesk::stop(AllServed::iterator served) {
  served->second->exchange.forget();
  return served->second->work.busy() ? std::next(served) : served_.erase(served);
}

// False: it is refused.
bool ReplayDesk::find_place_for(const Key& key, bool follows) {
  std::vector<Exchange*> there;
  for (auto& [other, served] : served_)
    if (served->follows == follows) there.push_back(&served->exchange);
  const Places& kind = follows ? places_to_follow : replay_places;
  const auto place = find_place(kind, key.first, there, read_clocks().mono);
  if (!place) {
    outlet_.send(key.first, Reply{key.second, false, RefusedReply{Refusal::no, place.error()}});
    return false;
  }
  if (*place) {
    (*place)->end(gave_way(kind));
    std::erase_if(served_, [](auto& entry) {
      return entry.second->exchange.is_over() && !entry.second->work.busy();
    });
  }
  return true;
}

void ReplayDesk::begin(const Key& key, const ReplayRequest& asked) {
  if (served_.contains(key)) return;  // the same request again: it is being served
  if (is_leaving_ && asked.follow) {
    outlet_.send(key.first, Reply{key.second, false, taken_over()});
    return;
  }
  ReplayRequest request = asked;
  Bounds bounds = bounds_(request);
  if (!request.journal.empty() && request.journal != bounds.journal) {
    request.from.reset();
    request.have.clear();
    bounds = bounds_(request);
  }
  const bool lacks_nothing =
      request.from && bounds.first > bounds.last && request.credit > 0 && !request.follow;
  if (lacks_nothing) {  // the usual question of a subscriber: no file is looked at
    outlet_.send(key.first,
                 Reply{key.second, false, ReplayEndReply{bounds.last, {}, {}, bounds.journal}});
    return;
  }
  if (!find_place_for(key, request.follow)) return;
  Follow follow([dir = journal_dir_](auto& wanted) { return Replay::open(dir, wanted); }, request,
                {bounds.first, request.follow ? published_ : bounds.last, bounds.journal});
  auto made = std::make_unique<Served>(loop_, outlet_, key, request, std::move(follow));
  Served& served = *made;
  served_.emplace(key, std::move(made));
  served.has_more = !served.by_file && served.reading->follow.has_more();
  served.is_live = served.by_file || served.reading->follow.is_live();
  served.head = served.reading->follow.head();
  served.journal = bounds.journal;
  served.told_at = loop_clock();
  if (request.follow) {
    served.waiter.emplace(topics_, request.topics, [this, key] { wake_later(key); });
    served.waiter->wait();
    if (const size_t cost = memory_of(request); cost > worth_holding) served.exchange.hold(cost);
    if (served.exchange.is_over()) return;
    arm_pulse();
  }
  go_on(key, served);
}

// After anything that may have brought it a credit, or something to read.
void ReplayDesk::go_on(const Key& key, Served& served) {
  if (served.state != Served::State::idle || !served.exchange.may_send()) return;
  if (served.by_file) return tell_news(served);
  if (served.follows && served.is_live && !served.told_live) tell(served);
  const bool reads = !served.follows || served.has_more || served.waiter->news();
  if (!reads || !served.exchange.may_send()) return;
  served.state = Served::State::queued;
  turns_.add(key);
  start_reads();
}

void ReplayDesk::start_reads() {
  while (reads_ < most_reads) {
    const auto turn = turns_.next();
    if (!turn) return;
    const auto found = served_.find(*turn);
    if (found == served_.end() || found->second->state != Served::State::queued) continue;
    start_read(*turn, *found->second);
  }
}

// It waits from here on, so that whatever is published during the read wakes it again.
void ReplayDesk::start_read(const Key& key, Served& served) {
  if (served.waiter && !served.has_more && served.waiter->news()) {
    served.reading->follow.go_on(*served.waiter->news(), published_);
    served.waiter->wait();
  }
  served.state = Served::State::reading;
  reads_++;
  const bool rests = served.follows && (served.is_live || served_.size() > most_open);
  served.work.start([reading = served.reading, rests] { reading->read(rests); },
                    [this, key] { on_read(key); });
}

void ReplayDesk::on_read(const Key& key) {
  reads_--;
  auto found = served_.find(key);
  CHECK(found != served_.end(), "a replay ended while it was being read");
  Served& served = *found->second;
  Served::Reading& reading = *served.reading;
  Exchange& exchange = served.exchange;
  served.state = Served::State::idle;
  served.has_more = reading.follow.has_more();
  served.is_live = reading.follow.is_live();
  served.head = reading.follow.head();
  served.journal = reading.follow.journal();
  if (exchange.is_over()) {
    // no reader listens
  } else if (reading.problem) {
    log_.add(*reading.problem);
    exchange.end(RefusedReply{Refusal::no, *reading.problem});
  } else {
    tell(served);
  }
  if (exchange.is_over()) {
    ended_.push_back(std::move(found->second));
    served_.erase(found);
  } else if (served.follows && !served.has_more) {
    if (served.waiter->news()) wake_later(key);
  } else {
    go_on(key, served);
  }
  start_reads();
}

}  // namespace muster
