// See bus_socket.h. With XPUB_MANUAL a subscription counts only once we repeat it with
// ZMQ_SUBSCRIBE, for the peer it came from.
//
// libzmq remembers each subscription of a connection, whether we take it or not, in a node of some
// fifty bytes for each of its characters, and those that we take once more. So characters are
// counted, and a connection that sends too much is ended, which frees all of that.
#include "serve/bus_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <vector>

#include "proto/limits.h"
#include "proto/process_name.h"

namespace muster {

namespace {

// Characters of all subscriptions, and of those of one connection: of "log/web.1/", some 5,400 and
// 1,300. With libzmq's nodes the former are 6 MiB.
constexpr size_t subscriptions_of_all = 64 << 10, subscriptions_of_one = 16 << 10;
constexpr size_t cost_of_end = 2;  // what a subscription costs besides its characters
constexpr int turn_budget = 256;   // subscription messages served in one turn of the loop
// Messages queued for one subscriber; what does not fit, it gets by a replay. In a flood each is as
// large as a window. When they are small and come 10,000 in a second, its own socket takes those of
// a tenth of a second besides.
constexpr int queue_length = 512;
// libzmq takes all that have come into its memory before it shows us the first one, and goes on as
// long as more come: so they may come one by one only.
constexpr int subscription_queue = 1;
constexpr char unsubscribe_byte = 0, subscribe_byte = 1;
constexpr std::string_view domain = "muster-bus";
// The number of mistakes that a connection may make. A subscription of 128 bytes costs libzmq some
// 4 KiB.
constexpr int most_refusals = 64;
// Less than this is always under way beside a flood, to those who keep up as well.
constexpr size_t worth_a_look = 8 << 20, look_every = 4 << 20;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// "web", "web.", "web.12" or "web.12/".
bool is_process_prefix(std::string_view process) {
  constexpr size_t most_digits = 10;
  if (process.ends_with('/')) process.remove_suffix(1);
  const std::string_view type = process.substr(0, process.find('.'));
  std::string_view number = process.substr(type.size());
  if (!number.empty()) number.remove_prefix(1);
  return type.size() <= limits::type_name && number.size() <= most_digits &&
         std::all_of(type.begin(), type.end(), is_name_char) &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

size_t cost_of(const std::string& prefix) { return prefix.size() + cost_of_end; }

}  // namespace

bool is_topic_prefix(std::string_view prefix) {
  if (prefix.size() > limits::bus_topic) return false;
  size_t slash = prefix.find('/');
  std::string_view kind = prefix.substr(0, slash);
  bool known = std::any_of(std::begin(record_kinds), std::end(record_kinds), [&](RecordKind k) {
    return slash == std::string_view::npos ? name_of(k).starts_with(kind) : name_of(k) == kind;
  });
  if (!known || slash == std::string_view::npos) return known;
  return is_process_prefix(prefix.substr(slash + 1));
}

Result<std::unique_ptr<BusSocket>> BusSocket::bind(Loop& loop, ZmqContext& context, ZapGate& gate,
                                                   BytesUnderWay& under_way,
                                                   const std::string& endpoint) {
  try {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::xpub, limits::bus_topic + 1);
    socket.set(zmq::sockopt::xpub_manual, 1);
    socket.set(zmq::sockopt::sndhwm, queue_length);
    socket.set(zmq::sockopt::rcvhwm, subscription_queue);
    guard(socket, std::string(domain));
    std::unique_ptr<BusSocket> bus(
        new BusSocket(loop, context, gate, std::move(socket), LocalListener(endpoint), under_way));
    if (Result<> bound = bus->listener_.bind(bus->socket_.socket()); !bound)
      return within(bound.error(), "bus");
    return bus;
  } catch (const zmq::error_t& problem) {
    return fail("bus {}: {}", endpoint, problem.what());
  }
}

BusSocket::BusSocket(Loop& loop, ZmqContext& context, ZapGate& gate, zmq::socket_t socket,
                     LocalListener listener, BytesUnderWay& under_way)
    : gate_(gate),
      listener_(std::move(listener)),
      under_way_(under_way),
      owed_(std::make_shared<Tally>(under_way.all())),
      socket_(loop, std::move(socket), [this] { on_subscriptions(); }),
      watch_(loop, context, socket_.socket(), "bus-connections",
             [this](int fd) { return has_gone(fd); }) {
  under_way.add(*this);
}

Result<bool> BusSocket::look() {
  if (listener_.is_in_place()) return false;
  if (Result<> bound = listener_.bind(socket_.socket()); !bound)
    return within(bound.error(), "bus");
  return true;
}

void BusSocket::publish(std::string_view topic, std::string_view payload) {
  if (subscribers_.empty()) return;  // not copied for no subscriber
  published_ += payload.size();
  socket_.post(topic, payload, owed_);
  if (owed_->bytes() > worth_a_look && published_ - looked_at_ > look_every) see_who_keeps_up();
  under_way_.settle();
}

// ---- subscriptions

void BusSocket::on_subscriptions() {
  std::vector<std::string> frames;
  for (int i = 0; i < turn_budget && socket_.receive(frames, 1); i++) {
    if (frames.empty() || frames[0].empty() || socket_.was_too_long()) continue;
    const char what = frames[0][0];
    const std::string prefix = frames[0].substr(1);
    const int fd = socket_.sender_fd();
    // A subscription that libzmq itself takes back for a connection that has ended has no sender.
    if (fd < 0)
      zmq_setsockopt(socket_.socket().handle(), ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size());
    else if (what == subscribe_byte)
      subscribe(meet(fd), prefix);
    else if (what == unsubscribe_byte)
      unsubscribe(meet(fd), prefix);
  }
}

BusSocket::Subscriber& BusSocket::meet(int fd) {
  auto known = subscribers_.find(fd);
  if (known != subscribers_.end() && known->second.connection.is_there()) return known->second;
  if (known != subscribers_.end()) forget(known);
  Subscriber& subscriber = subscribers_[fd];
  subscriber.connection = Connection(fd);
  subscriber.kept_up = published_;
  if (!subscriber.connection.is_there()) watch_.look_at(fd);
  return subscriber;
}

void BusSocket::subscribe(Subscriber& subscriber, const std::string& prefix) {
  const size_t cost = cost_of(prefix);
  const bool has_room =
      subscriber.cost + cost <= subscriptions_of_one && cost_ + cost <= subscriptions_of_all;
  if (!is_topic_prefix(prefix) || !has_room) return refuse(subscriber);
  if (!subscriber.prefixes.insert(prefix).second) return;
  subscriber.cost += cost;
  cost_ += cost;
  zmq_setsockopt(socket_.socket().handle(), ZMQ_SUBSCRIBE, prefix.data(), prefix.size());
}

void BusSocket::unsubscribe(Subscriber& subscriber, const std::string& prefix) {
  if (subscriber.prefixes.erase(prefix) == 0) return;
  subscriber.cost -= cost_of(prefix);
  cost_ -= cost_of(prefix);
  zmq_setsockopt(socket_.socket().handle(), ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size());
}

// The others notice nothing. An honest program comes back in a moment, with what it subscribes to.
void BusSocket::refuse(Subscriber& subscriber) {
  refused_++;
  if (++subscriber.refusals != most_refusals + 1) return;
  const std::string& peer = socket_.sender();
  const Nanos time = gate_.shut_out(domain, peer, read_clocks().mono);
  spdlog::warn("bus: {} sends subscriptions that are nonsense or too many; it is shut out for {}",
               peer, format_age(time));
  subscriber.connection.end();
}

bool BusSocket::has_gone(int fd) {
  const auto subscriber = subscribers_.find(fd);
  if (subscriber == subscribers_.end()) return true;
  if (subscriber->second.connection.is_there()) return false;
  forget(subscriber);
  return true;
}

void BusSocket::forget(Subscribers::iterator subscriber) {
  cost_ -= subscriber->second.cost;
  subscribers_.erase(subscriber);
}

// ---- who is behind

// A subscriber whose kernel has room for more has got all that was published, or nearly.
void BusSocket::see_who_keeps_up() {
  looked_at_ = published_;
  std::vector<pollfd> descriptors;
  descriptors.reserve(subscribers_.size());
  for (auto& [fd, subscriber] : subscribers_) descriptors.push_back({fd, POLLOUT, 0});
  if (poll(descriptors.data(), descriptors.size(), 0) < 0) return;
  size_t i = 0;
  for (auto& [fd, subscriber] : subscribers_) {
    subscriber.takes_more = descriptors[i++].revents != 0;
    if (subscriber.takes_more) subscriber.kept_up = published_;
  }
}

// A message is shared by all that are sent it, so that the bytes in memory do not tell one from
// another; but the one that is furthest behind keeps most of them there. They are freed when the
// loop turns and its end is told: before that no other is dropped for them.
size_t BusSocket::owed() const { return is_dropping() ? 0 : owed_->bytes(); }

bool BusSocket::is_dropping() const {
  return std::any_of(subscribers_.begin(), subscribers_.end(),
                     [](auto& entry) { return entry.second.dropped; });
}

BusSocket::Subscribers::const_iterator BusSocket::furthest_behind() const {
  return std::min_element(subscribers_.begin(), subscribers_.end(),
                          [](auto& a, auto& b) { return a.second.kept_up < b.second.kept_up; });
}

size_t BusSocket::most_owed() const {
  if (is_dropping()) return 0;
  const auto most = furthest_behind();
  if (most == subscribers_.end() || most->second.takes_more) return 0;
  return std::min<size_t>(published_ - most->second.kept_up, owed_->bytes());
}

void BusSocket::drop_most() {
  const auto most = furthest_behind();
  if (most == subscribers_.end()) return;
  Subscriber& dropped = subscribers_.at(most->first);
  dropped.dropped = true;
  dropped.connection.end();
  watch_.look_at(most->first);
}

}  // namespace muster
