// See subscriber.h. Here: the replay that is under way, and the files that are read as far as it
// tells.
#include <algorithm>

#include "proto/limits.h"
#include "proto/subscriber_state.h"

namespace muster {
ClientResult<> Subscriber::State::begin(ReplayRequest request, Nanos patience_now) {
  request.follow = follows_by_replay;
  request.by_file = follows_by_replay && options.files;
  files.reset();
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
  if (client.take_disconnect()) return begin_again();
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
  const uint64_t id = replay->id;
  auto taken = records.by_file ? on_published(records) : take_records(std::move(records));
  if (!taken || replay->id != id) return taken;
  retries = 0;
  if (++replay->credit_used < limits::credit_messages / 2) return {};
  replay->asked = true;
  return client.add(replay->id, CreditRequest{std::exchange(replay->credit_used, 0)});
}

// The name of the journal counts when its files are opened. Later they say themselves which one it
// is.
ClientResult<> Subscriber::State::on_published(const ReplayRecordsReply& told) {
  published = told.head.value_or(0);
  if (files) {
    if (told.news)
      files->go_on({.seq = told.news->first, .line = told.news->second}, published);
    else
      files->rest();
    return {};
  }
  if (!continuity.take_journal(told.journal)) {
    if (auto cancelled = client.add(replay->id, CancelRequest{}); !cancelled) return cancelled;
    return take_all();
  }
  files = options.files(replay->request, told.journal, published);
  return {};
}

// If the files cannot be read, the daemon may be able to.
ClientResult<> Subscriber::State::read_files() {
  auto records = files->read();
  if (!records) {
    options.files = {};
    return begin_again();
  }
  replay->heard = mono_now();
  replay->probe_at = replay->heard + probe_every;
  return take_records(std::move(*records));
}

ClientResult<> Subscriber::State::take_records(ReplayRecordsReply&& records) {
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
  if (records.live && !caught_up) tell_caught_up(files ? published : records.head.value_or(0));
  return {};
}

ClientResult<> Subscriber::State::on_end(const ReplayEndReply& end) {
  const bool same_journal = continuity.take_journal(end.journal);
  if (same_journal) tell_gone(end);
  replay.reset();
  retries = 0;
  quiet_since = checked_at = mono_now();
  if (!same_journal || !continuity.on_replay_end(end.head)) return take_all();
  if (!caught_up) tell_caught_up(end.head);
  if (!follows_by_replay) return {};
  // A daemon of an older version knows no replay that follows.
  if (bus_address.empty())
    return misunderstood("the daemon is of an older version and does not follow; upgrade it there");
  follows_by_replay = false;
  listen(bus_address);
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

}  // namespace muster
