// An exchange with a client that gets several replies: a replay, an attached one-off, a terminal
// that the client is attached to. It knows its client, how much more may be sent, and that it ends
// once: by its last reply, or with its client.
//
// Keeps: what an exchange holds has an owner, a quota and an end. There are only so many in all and
// of one client, and one whose client has granted nothing for long gives way to another.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "proto/ids.h"
#include "proto/message.h"

namespace muster {

// The way to clients. It outlives all exchanges.
struct Outlet {
  // False if the client is gone or does not read.
  std::function<bool(const ClientId&, const Reply&)> send;
  // So many more bytes, or fewer, are kept for this client.
  std::function<void(const ClientId&, ptrdiff_t)> hold = [](const ClientId&, ptrdiff_t) {};
};

class Exchange {
 public:
  Exchange(const Outlet& outlet, ClientId client, uint64_t id, uint32_t credit);
  ~Exchange() { hold(0); }
  Exchange(const Exchange&) = delete;

  const ClientId& client() const { return client_; }
  bool is(const ClientId& client, uint64_t id) const { return id_ == id && client_ == client; }
  // It sends no more: it has had its last reply, or its client has gone.
  bool is_over() const { return over_; }

  // More than limits::credit_messages at a time is cut to that.
  void grant(uint32_t messages);
  bool may_send() const { return !over_ && credit_ > 0; }
  uint32_t credit() const { return credit_; }
  // Since when it has had no credit; nothing while it has some.
  std::optional<MonoTime> waits_since() const { return waits_since_; }

  // Sends a reply of many, which takes a credit; only if may_send().
  void more(ReplyBody body);
  // A reply of many that costs nothing.
  void aside(ReplyBody body);
  // The last one.
  void end(ReplyBody body);
  // Without a last reply: there is no client to get it.
  void forget();

  // An input has come; when it has been taken, another one is granted.
  void count_input() { ++inputs_; }
  void grant_inputs(uint32_t messages = UINT32_MAX);

  // So many bytes are kept for it now, besides what has been sent.
  void hold(size_t bytes);

 private:
  void send(bool more, ReplyBody body);

  const Outlet& outlet_;
  ClientId client_;
  uint64_t id_ = 0;
  uint32_t credit_ = 0;
  uint32_t inputs_ = 0;  // that came since more were granted
  size_t held_ = 0;
  bool over_ = false;
  std::optional<MonoTime> waits_since_;
};

// How many exchanges of one kind there may be.
struct Places {
  std::string_view what;  // "replays"
  size_t in_all, of_client;
};

// So long it may be without credit before it has to give way.
inline constexpr Nanos exchange_patience = 5s;

// Whether one more of `client` may begin beside `there`; if so, the one that has to end for it, or
// null. Else the sentence to refuse it with.
tl::expected<Exchange*, std::string> find_place(const Places& places, const ClientId& client,
                                                const std::vector<Exchange*>& there, MonoTime now);

// The last reply of one that gives way. Its client may begin anew, from where it was.
RefusedReply gave_way(const Places& places);

}  // namespace muster
