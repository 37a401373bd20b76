// See drain.h.
#include "drain/drain.h"

#include <fmt/format.h>
#include <cstdio>
#include <random>

#include "proto/codec.h"

namespace muster::drain {
namespace {

constexpr Nanos tell_every = 60s;

std::function<double()> chance() {
  return [engine = std::mt19937_64(std::random_device()())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

}  // namespace

Drain::Drain(Loop& loop, ZmqContext& context, DrainSetup setup, Place place)
    : loop_(loop),
      setup_(std::move(setup)),
      place_(std::move(place)),
      core_(setup_.policy, place_.read_cursor().value_or(Cursor{}), chance()),
      due_(loop,
           [this] {
             core_.tick(read_clocks());
             carry_out();
           }),
      grace_(loop, [this] { loop_.stop(); }),
      sink_(make_sink(loop, setup_.sink, [this](const Answer& answer) { on_answer(answer); })),
      source_(loop, context, setup_.daemon,
              {.place =
                   [this] {
                     return Source::Place{core_.journal(), core_.next()};
                   },
               .has_room = [this] { return core_.has_room(); },
               .take = [this](const ReplayRecordsReply& reply) { take(reply); },
               .begin = [this](const Source::Place& end) { begin(end); },
               .tell = [this](const std::string& trouble) { tell(trouble); }}) {
  source_.start(!setup_.from_start && !place_.read_cursor());
}

// It goes on from here, whatever becomes of the program before its first batch.
void Drain::begin(const Source::Place& place) {
  core_.journal(place.journal);
  core_.passed(place.next - 1, read_clocks());
  if (auto written = place_.write({place.journal, place.next - 1, 0}); !written)
    return fail_with(written.message());
  carry_out();
}

void Drain::take(const ReplayRecordsReply& reply) {
  const Now now = read_clocks();
  core_.journal(reply.journal);
  if (reply.gone) core_.lost(*reply.gone, reply.loss.value_or(Loss{}), now);
  for (const auto& [topic, payload] : reply.records) {
    auto record = decode_record(payload);
    if (record)
      core_.record(*record, now);
    else
      tell(fmt::format("a record of {} is left out: {}", topic, record.message()));
  }
  if (reply.head) core_.passed(*reply.head, now);
  carry_out();
}

void Drain::on_answer(const Answer& answer) {
  core_.answer(answer, read_clocks());
  if (!core_.trouble().empty())
    tell(core_.trouble());
  else if (!told_.empty())
    tell("");
  carry_out();
}

Result<> Drain::carry_out(const Action& action) {
  if (const auto* write = std::get_if<WriteCursor>(&action)) return place_.write(write->cursor);
  if (const auto* reject = std::get_if<Reject>(&action)) {
    tell(fmt::format("a line is put aside: {}", reject->why));
    return place_.put_aside(*reject, setup_.sink.names.app);
  }
  sink_->send(std::get<Send>(action));
  return {};
}

void Drain::carry_out() {
  for (const Action& action : core_.take_actions())
    if (auto done = carry_out(action); !done) return fail_with(done.message());
  source_.grant();
  if (finishing_ && core_.is_idle()) return loop_.stop();
  if (const auto due = core_.due())
    due_.at(*due);
  else
    due_.disarm();
}

void Drain::finish(Nanos grace) {
  finishing_ = true;
  grace_.after(grace);
  core_.finish(read_clocks());
  carry_out();
}

void Drain::fail_with(const std::string& why) {
  failure_ = why;
  loop_.stop();
}

// Once a minute while it lasts; and when it is over.
void Drain::tell(const std::string& trouble) {
  const MonoTime now = loop_clock();
  if (trouble.empty()) {
    std::puts(fmt::format("{} accepts again", setup_.sink.url.masked).c_str());
    told_.clear();
    told_at_.reset();
    return;
  }
  if (told_at_ && now < *told_at_ + tell_every) return;
  told_at_ = now;
  told_ = without_secrets(trouble, setup_.sink.url);
  std::puts(fmt::format("{}: {}", setup_.sink.url.masked, told_).c_str());
}

}  // namespace muster::drain
