// See subscriber.h. Continuity decides what is to be delivered; this file and subscriber_replay.cc
// decide which side is asked, and when. There is either a replay under way, and then the bus is
// left unread (ZeroMQ keeps some of it, and what it drops shows as a gap), or the bus is read. So
// nothing is buffered without a limit. A subscriber that reads the files has no bus: its replay is
// always under way.
#include "proto/subscriber.h"

#include <algorithm>

#include "base/zmq/blocking.h"
#include "proto/codec.h"
#include "proto/far_side.h"
#include "proto/limits.h"
#include "proto/reconnect.h"
#include "proto/subscriber_state.h"

namespace muster {
namespace {

uint64_t floor_before(const ReplayRequest& request) {
  return request.from && *request.from > 0 ? *request.from - 1 : 0;
}

}  // namespace

Subscriber::State::State(const Endpoints& endpoints, Client connected, SubscriberOptions wanted)
    : options(std::move(wanted)),
      client(std::move(connected)),
      continuity(options.start.topics, floor_before(options.start)) {
  options.start.credit = limits::credit_messages;
  (void)continuity.take_journal(std::exchange(options.start.journal, {}));
  const bool has_no_bus = endpoints.far && endpoints.far->curve;
  follows_by_replay = options.follow && (has_no_bus || options.files);
  if (follows_by_replay)
    (void)client.take_disconnect();
  else if (options.follow)
    listen(endpoints.bus());
  if (!has_no_bus) bus_address = endpoints.bus();
}

void Subscriber::State::listen(const std::string& address) {
  bus = make_socket(context, zmq::socket_type::sub, limits::bus_payload);
  bus->set(zmq::sockopt::rcvhwm, receive_queue);
  bus->set(zmq::sockopt::reconnect_ivl, reconnect_ms);
  bus->set(zmq::sockopt::reconnect_ivl_max, reconnect_most_ms);
  if (options.start.topics.empty()) bus->set(zmq::sockopt::subscribe, "");
  for (const std::string& topic : options.start.topics) bus->set(zmq::sockopt::subscribe, topic);
  bus->connect(address);
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
    else if (state.files && state.files->has_more())
      step = state.read_files();
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
