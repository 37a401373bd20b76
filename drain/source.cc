// See source.h.
#include "drain/source.h"

#include "proto/client.h"
#include "proto/codec.h"
#include "proto/limits.h"

namespace muster::drain {
namespace {

// Each is up to a quarter of a mebibyte.
constexpr uint32_t most_credit = 8;
constexpr size_t messages_a_turn = 8;
constexpr Nanos retry_after = 500ms, look_every = 1s;
// A daemon says something every five seconds while it has credit.
constexpr Nanos probe_after = 2s, longest_silence = 12s;

}  // namespace

Source::Source(Loop& loop, ZmqContext& context, Endpoints endpoints, Reader reader)
    : context_(context),
      loop_(loop),
      endpoints_(std::move(endpoints)),
      reader_(std::move(reader)),
      again_(loop, [this] { ask(); }),
      look_(loop, [this] { look(); }) {}

void Source::start(bool at_end) {
  at_end_ = at_end;
  look_.every(look_every);
  ask();
}

void Source::connect() {
  zmq::socket_t socket = make_socket(context_, zmq::socket_type::dealer, limits::control_reply);
  socket.connect(endpoints_.read());
  socket_ = std::make_unique<LoopSocket>(loop_, std::move(socket), [this] { on_readable(); });
}

void Source::send(RequestBody body) {
  const Frames frames = encode(Request{id_, caller_name(), std::move(body)});
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  (void)socket_->send(views);  // one that was not sent is not answered, and asked again
}

void Source::ask() {
  again_.disarm();
  if (auto own = check_daemon(endpoints_); !own) {
    reader_.tell(own.message());
    return again_.after(look_every);
  }
  if (!socket_) connect();
  if (id_ > 0) send(CancelRequest{});
  id_++;
  heard_ = loop_clock();
  if (at_end_) return send(StatusRequest{});
  const Place place = reader_.place();
  credit_ = most_credit;
  send(ReplayRequest{
      .from = place.next, .credit = credit_, .follow = true, .journal = place.journal});
}

void Source::grant() {
  if (id_ == 0 || at_end_ || again_.armed() || credit_ > most_credit / 2 || !reader_.has_room())
    return;
  if (credit_ == 0) heard_ = loop_clock();
  send(CreditRequest{most_credit - credit_});
  credit_ = most_credit;
}

void Source::on_readable() {
  std::vector<std::string> frames;
  for (size_t i = 0; i < messages_a_turn; i++) {
    if (!socket_->receive(frames, limits::most_frames)) return;
    const std::vector<std::string_view> views(frames.begin(), frames.end());
    auto reply = decode_reply(views);
    if (!reply)
      reader_.tell(reply.message());
    else if (reply->id == id_)
      on_reply(*reply);
  }
}

void Source::on_reply(const Reply& reply) {
  heard_ = loop_clock();
  if (const auto* status = std::get_if<StatusReply>(&reply.body)) {
    at_end_ = false;
    reader_.begin({status->journal, status->seq + 1});
    return ask();
  }
  const auto* records = std::get_if<ReplayRecordsReply>(&reply.body);
  if (!records) return again_.after(retry_after);  // refused: it asks again
  if (credit_ > 0) credit_--;
  reader_.take(*records);
  grant();
}

// A daemon that was replaced knows nothing of the replay, and says so when it is asked.
void Source::look() {
  const Nanos silence = loop_clock() - heard_;
  if (again_.armed() || id_ == 0) return;
  if (silence > longest_silence && (credit_ > 0 || at_end_)) {
    socket_.reset();
    return ask();
  }
  if (silence > probe_after && !at_end_) send(CreditRequest{0});
}

}  // namespace muster::drain
