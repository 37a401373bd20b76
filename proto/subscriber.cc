// See subscriber.h. Continuity decides what is to be delivered; this file decides which side is
// asked, and when. There is either a replay under way, and then the bus is left unread (ZeroMQ
// keeps some of it, and what it drops shows as a gap), or the bus is read. So nothing is buffered
// without a limit.
#include "proto/subscriber.h"

#include <algorithm>
#include <deque>

#include "base/zmq/blocking.h"
#include "base/zmq/context.h"
#include "proto/codec.h"
#include "proto/continuity.h"
#include "proto/far_side.h"
#include "proto/limits.h"
#include "proto/reconnect.h"
#include "proto/replay_under_way.h"
#include "proto/subscriber_limits.h"

namespace muster {
namespace {

uint64_t floor_before(const ReplayRequest& request) {
  return request.from && *request.from > 0 ? *request.from - 1 : 0;
}

tl::unexpected<ClientError> misunderstood(std::string message) {
  return tl::unexpected(ClientError{ClientTrouble::protocol, std::move(message)});
}

}  // namespace

struct Subscriber::State {
  State(const Endpoints& endpoints, Client connected, SubscriberOptions wanted)
      : options(std::move(wanted)),
        client(std::move(connected)),
        continuity(options.start.topics, floor_before(options.start)) {
    options.start.credit = limits::credit_messages;
    (void)continuity.take_journal(std::exchange(options.start.journal, {}));
    follows_by_replay = options.follow && endpoints.far && endpoints.far->curve;
    if (options.follow && !follows_by_replay) listen(endpoints);
  }

  void listen(const Endpoints& endpoints);
  ClientResult<> begin(ReplayRequest request, Nanos patience_now);
  ClientResult<> repair();
  ClientResult<> begin_again();
  ClientResult<> read_replay(Nanos wait);
  ClientResult<> on_reply(Reply reply);
  ClientResult<> on_records(ReplayRecordsReply&& records);
  ClientResult<> on_end(const ReplayEndReply& end);
  ClientResult<> take_all();
  void tell_caught_up(uint64_t head);
  template <class T>
  void tell_gone(const T& reply);
  ClientResult<> on_refused(const RefusedReply& refused);
  ClientResult<> read_bus(Nanos wait);
  ClientResult<> on_live(std::string_view topic, std::string_view payload);

  SubscriberOptions options;
  Client client;
  ZmqContext context;
  std::optional<zmq::socket_t> bus;
  bool follows_by_replay = false;  // there is no bus
  Continuity continuity;
  std::deque<Delivery> ready;  // of one replay message, or of one live message
  std::optional<ReplayUnderWay> replay;
  std::optional<MonoTime> retry_at;
  int retries = 0;
  Nanos patience = first_patience;
  bool caught_up = false;
  MonoTime quiet_since{};
  MonoTime checked_at{};  // when a replay has ended most recently
  Nanos next_check = first_check;
};

void Subscriber::State::listen(const Endpoints& endpoints) {
  bus = make_socket(context, zmq::socket_type::sub, limits::bus_payload);
  bus->set(zmq::sockopt::rcvhwm, receive_queue);
  bus->set(zmq::sockopt::reconnect_ivl, reconnect_ms);
  bus->set(zmq::sockopt::reconnect_ivl_max, reconnect_most_ms);
  if (options.start.topics.empty()) bus->set(zmq::sockopt::subscribe, "");
  for (const std::string& topic : options.start.topics) bus->set(zmq::sockopt::subscribe, topic);
  bus->connect(endpoints.bus());
}

ClientResult<> Subscriber::State::begin(ReplayRequest request, Nanos patience_now) {
  request.follow = follows_by_replay;
  auto id = client.begin(request);
  if (!id) return tl::unexpected(id.error());
  const MonoTime time = mono_now();
  patience = patience_now;
  retry_at.reset();
  replay = ReplayUnderWay{
      .id = *id, .request = std::move(request), .heard = time, .probe_at = time + probe_every};
  return {};
}

// Fetches everything above the floor, which includes all that is missing.
ClientResult<> Subscriber::State::repair() {
  return begin({.from = continuity.resume_from(),
                .topics = options.start.topics,
                .credit = limits::credit_messages,
                .have = continuity.have()},
               first_patience);
}

// Another journal: nothing before its first record is ours, so nothing before it is missing.
ClientResult<> Subscriber::State::take_all() {
  ready.push_back({.kind = Delivery::Kind::anew});
  return begin({.topics = options.start.topics, .credit = limits::credit_messages}, first_patience);
}

// The daemon does not know our replay any more: another goes on where that one was.
ClientResult<> Subscriber::State::begin_again() {
  if (auto cancelled = client.add(replay->id, CancelRequest{}); !cancelled) return cancelled;
  ReplayRequest request = replay->request;
  if (replay->brought) {
    request.from = continuity.resume_from();
    request.lines.reset();
    request.have = continuity.have();
  }
  return begin(std::move(request), std::min(2 * patience, longest_patience));
}

ClientResult<> Subscriber::State::read_replay(Nanos wait) {
  const MonoTime next_step = std::min(replay->probe_at, replay->heard + patience);
  auto reply = client.receive(std::clamp(next_step - mono_now(), Nanos(0), wait));
  if (!reply) return tl::unexpected(reply.error());
  if (*reply) return on_reply(std::move(**reply));
  const MonoTime time = mono_now();
  if (time >= replay->heard + patience) return begin_again();
  if (time < replay->probe_at) return {};
  replay->asked = true;
  replay->probe_at = time + probe_every;
  return client.add(replay->id, CreditRequest{0});
}

ClientResult<> Subscriber::State::on_reply(Reply reply) {
  replay->heard = mono_now();
  replay->probe_at = replay->heard + probe_every;
  if (auto* records = std::get_if<ReplayRecordsReply>(&reply.body))
    return on_records(std::move(*records));
  if (const auto* end = std::get_if<ReplayEndReply>(&reply.body)) return on_end(*end);
  if (const auto* refused = std::get_if<RefusedReply>(&reply.body)) return on_refused(*refused);
  return misunderstood("the daemon answered a replay with something else");
}

template <class T>
void Subscriber::State::tell_gone(const T& reply) {
  if (!reply.gone) return;
  replay->brought = true;
  continuity.take_gone(reply.gone->second);
  ready.push_back({.kind = Delivery::Kind::lost,
                   .first = reply.gone->first,
                   .last = reply.gone->second,
                   .loss = reply.loss.value_or(Loss{}),
                   .came_late = caught_up});
}

ClientResult<> Subscriber::State::on_records(ReplayRecordsReply&& records) {
  if (!continuity.take_journal(records.journal)) {
    if (auto cancelled = client.add(replay->id, CancelRequest{}); !cancelled) return cancelled;
    return take_all();
  }
  tell_gone(records);
  for (auto& [topic, payload] : records.records) {
    const auto numbers = decode_numbers(payload);
    if (!numbers) {  // its decoder tells that it is left out
      ready.push_back({.topic = std::move(topic), .payload = std::move(payload)});
      continue;
    }
    replay->brought = true;
    if (!continuity.take_replayed(topic, *numbers)) continue;
    ready.push_back({.topic = std::move(topic), .payload = std::move(payload)});
    if (caught_up) next_check = busy_check;
  }
  if (records.head) continuity.take_gone(*records.head);
  retries = 0;
  if (records.live && !caught_up) tell_caught_up(records.head.value_or(0));
  if (++replay->credit_used < limits::credit_messages / 2) return {};
  replay->asked = true;
  return client.add(replay->id, CreditRequest{std::exchange(replay->credit_used, 0)});
}

ClientResult<> Subscriber::State::on_end(const ReplayEndReply& end) {
  const bool same_journal = continuity.take_journal(end.journal);
  if (same_journal) tell_gone(end);
  replay.reset();
  retries = 0;
  quiet_since = checked_at = mono_now();
  if (!same_journal || !continuity.on_replay_end(end.head)) return take_all();
  if (!caught_up) tell_caught_up(end.head);
  return {};
}

void Subscriber::State::tell_caught_up(uint64_t head) {
  caught_up = true;
  ready.push_back({.kind = Delivery::Kind::caught_up, .head = head});
}

// Either our question whether the replay is still there is answered with no, or the daemon cannot
// serve it now. The first replay of all is what the caller asked for: then the caller is told.
ClientResult<> Subscriber::State::on_refused(const RefusedReply& refused) {
  if ((!caught_up && !replay->asked) || ++retries > most_retries)
    return tl::unexpected(ClientError{ClientTrouble::refused, refused.message});
  retry_at = mono_now() + retry_after;
  return {};
}

ClientResult<> Subscriber::State::read_bus(Nanos wait) {
  std::vector<zmq::message_t> frames;
  const bool received = receive_now(*bus, frames, 3);
  // Another number of frames is not ours; if it should have been, the numbers will tell.
  if (received && frames.size() == 2) {
    if (auto taken = on_live(frames[0].to_string_view(), frames[1].to_string_view()); !taken)
      return taken;
    const bool is_due = continuity.hides_losses() && mono_now() >= checked_at + flowing_check;
    if (is_due && !replay) return repair();
    if (replay || !ready.empty()) return {};
  }
  const Nanos until_check = quiet_since + next_check - mono_now();
  if (until_check <= Nanos(0)) {
    next_check = next_check < busy_check ? busy_check : std::min(2 * next_check, longest_check);
    return repair();
  }
  if (received) return {};
  // Asked here only to learn whether the daemon has gone.
  if (auto nothing = client.receive(0s); !nothing) return tl::unexpected(nothing.error());
  if (wait > Nanos(0)) wait_readable(*bus, std::min({wait, until_check, daemon_check}));
  return {};
}

ClientResult<> Subscriber::State::on_live(std::string_view topic, std::string_view payload) {
  const auto numbers = decode_numbers(payload);
  if (!numbers) return {};
  switch (continuity.take_live(topic, *numbers)) {
    case Continuity::Live::known:
      return {};
    case Continuity::Live::gap:
      return repair();
    case Continuity::Live::deliver:
      quiet_since = mono_now();
      next_check = busy_check;
      ready.push_back({.topic = std::string(topic), .payload = std::string(payload)});
      return {};
  }
  return {};
}

ClientResult<Subscriber> Subscriber::open(const Endpoints& endpoints, std::string by,
                                          SubscriberOptions options) {
  auto client = Client::connect(endpoints, std::move(by));
  if (!client) return tl::unexpected(client.error());
  try {
    auto state = std::make_unique<State>(endpoints, std::move(*client), std::move(options));
    if (auto begun = state->begin(state->options.start, first_patience); !begun)
      return tl::unexpected(begun.error());
    return Subscriber(std::move(state));
  } catch (const zmq::error_t& error) {
    return misunderstood(fmt::format("{}: {}", endpoints.bus(), error.what()));
  }
}

Subscriber::Subscriber(std::unique_ptr<State> state) : state_(std::move(state)) {}
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber::~Subscriber() = default;

uint64_t Subscriber::resume_from() const { return state_->continuity.resume_from(); }

std::map<std::string, uint64_t> Subscriber::have() const { return state_->continuity.have(); }

const std::string& Subscriber::journal() const { return state_->continuity.journal(); }

ClientResult<std::optional<Delivery>> Subscriber::next(Nanos timeout) {
  State& state = *state_;
  const MonoTime deadline = mono_now() + timeout;
  for (;;) {
    if (!state.ready.empty()) {
      Delivery delivery = std::move(state.ready.front());
      state.ready.pop_front();
      return delivery;
    }
    const bool over = state.caught_up && !state.options.follow;
    if (over) return std::nullopt;
    const Nanos left = std::max(deadline - mono_now(), Nanos(0));
    ClientResult<> step;
    if (state.retry_at && mono_now() >= *state.retry_at)
      step = state.begin_again();
    else if (state.replay)
      step = state.read_replay(
          state.retry_at ? std::clamp(*state.retry_at - mono_now(), Nanos(0), left) : left);
    else
      step = state.read_bus(left);
    if (!step) return tl::unexpected(step.error());
    if (state.ready.empty() && mono_now() >= deadline) return std::nullopt;
  }
}

}  // namespace muster
