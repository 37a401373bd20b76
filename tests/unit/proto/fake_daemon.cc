// See fake_daemon.h.
#include "tests/unit/proto/fake_daemon.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <algorithm>
#include <cstdlib>

namespace muster {
namespace {

constexpr size_t records_per_message = 3;
constexpr auto turn = std::chrono::milliseconds(1);

bool matches(const std::vector<std::string>& prefixes, const std::string& topic) {
  return prefixes.empty() ||
         std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return topic.starts_with(prefix); });
}

}  // namespace

FakeDaemon::FakeDaemon(Endpoints endpoints, Answer answer)
    : endpoints_(std::move(endpoints)), answer_(std::move(answer)) {
  if (!create_directories(endpoints_, getuid())) std::abort();
  lock_.reset(open(endpoints_.lock_file().c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) std::abort();
  bind();
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  run([this] { stop_ = true; });
  thread_.join();
}

void FakeDaemon::bind() {
  control_.emplace(context_, zmq::socket_type::router);
  control_->set(zmq::sockopt::linger, 0);
  control_->bind(endpoints_.control());
  bus_.emplace(context_, zmq::socket_type::xpub);
  bus_->set(zmq::sockopt::linger, 0);
  bus_->bind(endpoints_.bus());
}

void FakeDaemon::run(std::function<void()> what) {
  std::unique_lock lock(mutex_);
  bool carried_out = false;
  pending_.push_back([&] {
    what();
    carried_out = true;
  });
  done_.wait(lock, [&] { return carried_out; });
}

void FakeDaemon::run_pending() {
  const std::lock_guard lock(mutex_);
  for (auto& what : pending_) what();
  pending_.clear();
  done_.notify_all();
}

void FakeDaemon::serve() {
  while (!stop_) {
    run_pending();
    zmq::pollitem_t items[] = {{control_->handle(), 0, ZMQ_POLLIN, 0},
                               {bus_->handle(), 0, ZMQ_POLLIN, 0}};
    zmq::poll(items, std::size(items), turn);
    if (items[0].revents != 0) on_request();
    if (items[1].revents != 0) on_subscription();
  }
  control_.reset();
  bus_.reset();
}

void FakeDaemon::on_request() {
  zmq::message_t client, body;
  if (!control_->recv(client) || !control_->recv(body)) return;
  const std::string_view frames[] = {body.to_string_view()};
  const auto request = decode_request(frames);
  if (!request) std::abort();
  const std::string from = client.to_string();
  const auto exchange = exchanges_.find({from, request->id});
  if (std::holds_alternative<ReplayRequest>(request->body)) {
    on_replay(from, *request);
  } else if (const auto* credit = std::get_if<CreditRequest>(&request->body)) {
    if (exchange == exchanges_.end())
      return send(from, {.id = request->id, .body = RefusedReply{Refusal::gone, "not under way"}});
    exchange->second.credit += credit->messages;
    go_on(from, request->id, exchange->second);
  } else if (std::holds_alternative<CancelRequest>(request->body)) {
    exchanges_.erase({from, request->id});
  } else {
    requests_.push_back(*request);
    if (answer_)
      for (const Reply& reply : answer_(*request)) send(from, reply);
  }
}

void FakeDaemon::on_subscription() {
  zmq::message_t message;
  if (bus_->recv(message) && message.to_string_view().starts_with('\1')) ++subscriptions_;
}

void FakeDaemon::on_replay(const std::string& client, const Request& request) {
  ++replays_;
  if (std::exchange(ignore_next_replay_, false)) return;
  Exchange exchange;
  exchange.request = std::get<ReplayRequest>(request.body);
  exchange.credit = exchange.request.credit;
  const uint64_t from = std::max<uint64_t>(exchange.request.from.value_or(1), 1);
  const uint64_t oldest = journal_.empty() ? seq_ + 1 : journal_.front().numbers.seq;
  if (from < oldest) exchange.gone = {from, oldest - 1};
  while (exchange.place < journal_.size() && journal_[exchange.place].numbers.seq < from)
    ++exchange.place;
  auto& kept = exchanges_[{client, request.id}] = std::move(exchange);
  go_on(client, request.id, kept);
}

void FakeDaemon::go_on(const std::string& client, uint64_t id, Exchange& exchange) {
  while (exchange.credit > 0) {
    ReplayRecordsReply reply;
    for (; exchange.place < journal_.size() && reply.records.size() < records_per_message;
         ++exchange.place) {
      const Kept& kept = journal_[exchange.place];
      if (matches(exchange.request.topics, kept.topic))
        reply.records.emplace_back(kept.topic, kept.payload);
    }
    if (reply.records.empty()) break;
    --exchange.credit;
    reply.gone = std::exchange(exchange.gone, {});
    send(client, {.id = id, .more = true, .body = std::move(reply)});
  }
  if (exchange.place < journal_.size()) return;
  send(client, {.id = id, .body = ReplayEndReply{seq_, exchange.gone}});
  exchanges_.erase({client, id});
}

void FakeDaemon::send(const std::string& client, const Reply& reply) {
  Frames frames = encode(reply);
  frames.insert(frames.begin(), client);
  for (size_t i = 0; i < frames.size(); ++i)
    control_->send(zmq::buffer(frames[i]),
                   i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

uint64_t FakeDaemon::say(const std::string& process, const std::string& line, Bus bus) {
  uint64_t seq = 0;
  run([&] {
    const std::string topic = topic_of(RecordKind::log, process);
    seq = ++seq_;
    const LogRecord record{
        .numbers = {.seq = seq, .prev = std::exchange(last_of_topic_[topic], seq), .line = seq - 1},
        .process = process,
        .lines = {line}};
    std::vector<char> payload;
    encode(record, payload);
    journal_.push_back({record.numbers, topic, {payload.begin(), payload.end()}});
    if (bus == Bus::loses) return;
    bus_->send(zmq::buffer(topic), zmq::send_flags::sndmore);
    bus_->send(zmq::buffer(journal_.back().payload), zmq::send_flags::none);
  });
  return seq;
}

void FakeDaemon::restart() {
  run([this] {
    exchanges_.clear();
    control_.reset();
    bus_.reset();
    bind();
  });
}

void FakeDaemon::forget_up_to(uint64_t seq) {
  run([&] { std::erase_if(journal_, [&](const Kept& kept) { return kept.numbers.seq <= seq; }); });
}

void FakeDaemon::forget_everything() {
  run([this] {
    journal_.clear();
    last_of_topic_.clear();
    seq_ = 0;
  });
}

void FakeDaemon::await_subscriptions(size_t count) {
  for (bool enough = false; !enough;) run([&] { enough = subscriptions_ >= count; });
}

void FakeDaemon::ignore_next_replay() {
  run([this] { ignore_next_replay_ = true; });
}

void FakeDaemon::release_lock() {
  run([this] { lock_.reset(); });
}

std::vector<Request> FakeDaemon::requests() {
  std::vector<Request> copy;
  run([&] { copy = requests_; });
  return copy;
}

size_t FakeDaemon::replays() {
  size_t count = 0;
  run([&] { count = replays_; });
  return count;
}

std::string line_of(const std::string& payload) {
  const auto record = decode_record(payload);
  if (!record) return "error: " + record.message();
  return std::string(std::get<LogRecord>(*record).lines.front());
}

}  // namespace muster
