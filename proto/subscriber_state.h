// The state of a subscriber. For the subscriber*.cc files alone.
#pragma once

#include <deque>

#include "base/zmq/context.h"
#include "proto/continuity.h"
#include "proto/replay_under_way.h"
#include "proto/subscriber.h"
#include "proto/subscriber_limits.h"

namespace muster {

inline tl::unexpected<ClientError> misunderstood(std::string message) {
  return tl::unexpected(ClientError{ClientTrouble::protocol, std::move(message)});
}

struct Subscriber::State {
  State(const Endpoints& endpoints, Client connected, SubscriberOptions wanted);

  // By the bus.
  void listen(const std::string& address);
  ClientResult<> read_bus(Nanos wait);
  ClientResult<> on_live(std::string_view topic, std::string_view payload);

  // By a replay, and by the files as far as it tells.
  ClientResult<> begin(ReplayRequest request, Nanos patience_now);
  ClientResult<> repair();
  ClientResult<> begin_again();
  ClientResult<> read_replay(Nanos wait);
  ClientResult<> on_reply(Reply reply);
  ClientResult<> on_records(ReplayRecordsReply&& records);
  ClientResult<> take_records(ReplayRecordsReply&& records);
  ClientResult<> on_published(const ReplayRecordsReply& told);
  ClientResult<> read_files();
  ClientResult<> on_end(const ReplayEndReply& end);
  ClientResult<> take_all();
  void tell_caught_up(uint64_t head);
  template <class T>
  void tell_gone(const T& reply);
  ClientResult<> on_refused(const RefusedReply& refused);

  SubscriberOptions options;
  Client client;
  ZmqContext context;
  std::optional<zmq::socket_t> bus;
  bool follows_by_replay = false;  // there is no bus
  std::string bus_address;         // empty: there is none
  std::unique_ptr<JournalReader> files;
  uint64_t published = 0;  // if it reads the files: as the daemon has told
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

}  // namespace muster
