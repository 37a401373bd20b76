// See replay_desk.h. There is one read at a time per exchange; what a read shares with its thread
// is kept alive by both.
#include "daemon/edge/replay_desk.h"

#include "base/check.h"
#include "proto/limits.h"

namespace muster {

namespace {

// Each holds an open file and up to limits::replay_message of records. A program that shows several
// logs at once needs one for each.
constexpr Places places{"replays", 64, 16};

}  // namespace

struct ReplayDesk::Served {
  // The part that the reading thread touches. Owned by the task too: it may outlive the exchange.
  struct Reading {
    std::string journal_dir;
    ReplayRequest request;
    uint64_t end = 0;
    std::optional<Replay> replay;
    std::vector<std::pair<std::string, std::string>> records;
    std::optional<std::string> problem;

    ReplayRecordsReply records_reply() {
      ReplayRecordsReply reply;
      reply.records = std::exchange(records, {});
      complete(reply);
      return reply;
    }
    ReplayEndReply end_reply() {
      ReplayEndReply reply;
      reply.head = std::max(replay->head(), std::min(end, request.from.value_or(1) - 1));
      complete(reply);
      return reply;
    }
    template <class T>
    void complete(T& reply) {
      reply.journal = replay->journal();
      if (auto gone = replay->take_loss()) {
        reply.gone = gone->range;
        reply.loss = std::move(gone->loss);
      }
    }

    void read() {
      if (!replay) {
        Result<Replay> opened = Replay::open(journal_dir, request);
        if (!opened) {
          problem = opened.message();
          return;
        }
        replay.emplace(std::move(*opened));
        replay->end_at(end);
      }
      auto next = replay->next(limits::replay_message);
      if (!next)
        problem = next.message();
      else
        records = std::move(*next);
    }
  };

  Served(Loop& loop, const Outlet& outlet, const Key& key, uint32_t credit)
      : exchange(outlet, key.first, key.second, credit), work(loop) {}

  Exchange exchange;
  std::shared_ptr<Reading> reading = std::make_shared<Reading>();
  Work work;
};

ReplayDesk::ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, const Outlet& outlet)
    : loop_(loop),
      journal_dir_(std::move(journal_dir)),
      bounds_(std::move(bounds)),
      outlet_(outlet),
      log_(loop, "replay") {}
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
    if (!served.work.busy()) read_on(key, served);
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

void ReplayDesk::begin(const Key& key, const ReplayRequest& request) {
  if (served_.contains(key)) return;  // the same request again: it is being served
  const Bounds bounds = bounds_(request);
  const bool lacks_nothing = request.from && bounds.first > bounds.last && request.credit > 0;
  if (lacks_nothing) {  // the usual question of a follower: no file is looked at
    outlet_.send(key.first,
                 Reply{key.second, false, ReplayEndReply{bounds.last, {}, {}, bounds.journal}});
    return;
  }
  std::vector<Exchange*> there;
  for (auto& [other, served] : served_) there.push_back(&served->exchange);
  const auto place = find_place(places, key.first, there, read_clocks().mono);
  if (!place) {
    outlet_.send(key.first, Reply{key.second, false, RefusedReply{Refusal::no, place.error()}});
    return;
  }
  if (*place) {
    (*place)->end(gave_way(places));
    std::erase_if(served_, [](auto& entry) {
      return entry.second->exchange.is_over() && !entry.second->work.busy();
    });
  }
  auto served = std::make_unique<Served>(loop_, outlet_, key, request.credit);
  served->reading->journal_dir = journal_dir_;
  served->reading->request = request;
  if (request.from) served->reading->request.from = std::max<uint64_t>(bounds.first, 1);
  served->reading->end = bounds.last;
  Served& kept = *served;
  served_.emplace(key, std::move(served));
  read_on(key, kept);
}

void ReplayDesk::read_on(const Key& key, Served& served) {
  if (!served.exchange.may_send()) return;
  served.work.start([reading = served.reading] { reading->read(); }, [this, key] { on_read(key); });
}

void ReplayDesk::on_read(const Key& key) {
  auto found = served_.find(key);
  CHECK(found != served_.end(), "a replay ended while it was being read");
  Exchange& exchange = found->second->exchange;
  Served::Reading& reading = *found->second->reading;
  if (exchange.is_over()) {
    // no reader listens
  } else if (reading.problem) {
    log_.add(*reading.problem);
    exchange.end(RefusedReply{Refusal::no, *reading.problem});
  } else if (reading.records.empty()) {
    exchange.end(reading.end_reply());
  } else {
    exchange.more(reading.records_reply());
  }
  if (!exchange.is_over()) return read_on(key, *found->second);
  ended_.push_back(std::move(found->second));
  served_.erase(found);
}

}  // namespace muster
