// See replay_desk.h. One read at a time per exchange; what a read shares with its thread is kept
// alive by both.
#include "daemon/edge/replay_desk.h"

#include <spdlog/spdlog.h>

#include "base/check.h"
#include "proto/limits.h"

namespace muster {

namespace {
constexpr size_t max_exchanges =
    64;  // each holds an open file and up to limits::replay_message of records
}

struct ReplayDesk::Exchange {
  // What the reading thread touches. Owned by the task too: it may outlive the exchange.
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

  explicit Exchange(Loop& loop) : work(loop) {}

  std::shared_ptr<Reading> reading = std::make_shared<Reading>();
  uint32_t credit = 0;
  bool cancelled = false;
  Work work;
};

ReplayDesk::ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, Send send)
    : loop_(loop),
      journal_dir_(std::move(journal_dir)),
      bounds_(std::move(bounds)),
      send_(std::move(send)) {}
ReplayDesk::~ReplayDesk() = default;

bool ReplayDesk::take(const ClientId& client, const Request& request) {
  ended_.clear();
  Key key{client, request.id};
  if (auto* replay = std::get_if<ReplayRequest>(&request.body)) {
    begin(key, *replay);
    return true;
  }
  auto found = exchanges_.find(key);
  if (found == exchanges_.end()) return false;
  Exchange& exchange = *found->second;
  if (auto* credit = std::get_if<CreditRequest>(&request.body)) {
    exchange.credit = std::min(exchange.credit + credit->messages, limits::credit_messages);
    if (!exchange.work.busy()) read_on(key, exchange);
    return true;
  }
  if (std::holds_alternative<CancelRequest>(request.body)) {
    exchange.cancelled = true;
    if (!exchange.work.busy()) exchanges_.erase(found);
    return true;
  }
  return false;
}

void ReplayDesk::begin(const Key& key, const ReplayRequest& request) {
  if (exchanges_.contains(key)) return;  // the same request again: it is being served
  if (exchanges_.size() >= max_exchanges) {
    send_(key.first, Reply{key.second, false,
                           RefusedReply{Refusal::no, "too many replays at once; try again later"}});
    return;
  }
  const Bounds bounds = bounds_(request);
  const bool lacks_nothing = request.from && bounds.first > bounds.last && request.credit > 0;
  if (lacks_nothing) {  // what most questions of a follower come to, so no file is looked at
    send_(key.first, Reply{key.second, false, ReplayEndReply{bounds.last, {}, {}, bounds.journal}});
    return;
  }
  auto exchange = std::make_unique<Exchange>(loop_);
  exchange->reading->journal_dir = journal_dir_;
  exchange->reading->request = request;
  if (request.from) exchange->reading->request.from = std::max<uint64_t>(bounds.first, 1);
  exchange->reading->end = bounds.last;
  exchange->credit = std::min(request.credit, limits::credit_messages);
  Exchange& kept = *exchange;
  exchanges_.emplace(key, std::move(exchange));
  read_on(key, kept);
}

void ReplayDesk::read_on(const Key& key, Exchange& exchange) {
  if (exchange.credit == 0) return;
  exchange.work.start([reading = exchange.reading] { reading->read(); },
                      [this, key] { on_read(key); });
}

void ReplayDesk::on_read(const Key& key) {
  auto found = exchanges_.find(key);
  CHECK(found != exchanges_.end(), "a replay ended while it was being read");
  Exchange& exchange = *found->second;
  Exchange::Reading& reading = *exchange.reading;
  auto& [client, id] = key;

  bool over = true;
  if (exchange.cancelled) {
    // nobody listens
  } else if (reading.problem) {
    spdlog::error("replay: {}", *reading.problem);
    send_(client, Reply{id, false, RefusedReply{Refusal::no, *reading.problem}});
  } else if (reading.records.empty()) {
    send_(client, Reply{id, false, reading.end_reply()});
  } else {
    exchange.credit--;
    over = !send_(client, Reply{id, true, reading.records_reply()});
  }
  if (!over) return read_on(key, exchange);
  ended_.push_back(std::move(found->second));
  exchanges_.erase(found);
}

}  // namespace muster
