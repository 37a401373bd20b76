// See exchange.h.
#include "serve/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proto/limits.h"

namespace muster {

Exchange::Exchange(const Outlet& outlet, ClientId client, uint64_t id, uint32_t credit)
    : outlet_(outlet), client_(std::move(client)), id_(id), waits_since_(read_clocks().mono) {
  grant(credit);
}

void Exchange::grant(uint32_t messages) {
  credit_ =
      std::min(credit_ + std::min(messages, limits::credit_messages), limits::credit_messages);
  if (credit_ > 0) waits_since_.reset();
}

void Exchange::more(ReplyBody body) {
  if (--credit_ == 0) waits_since_ = read_clocks().mono;
  send(true, std::move(body));
}

void Exchange::aside(ReplyBody body) { send(true, std::move(body)); }

void Exchange::end(ReplyBody body) {
  send(false, std::move(body));
  forget();
}

void Exchange::forget() {
  hold(0);
  over_ = true;
}

void Exchange::send(bool more, ReplyBody body) {
  if (!over_ && !outlet_.send(client_, Reply{id_, more, std::move(body)})) forget();
}

void Exchange::grant_inputs(uint32_t messages) {
  messages = std::min(messages, inputs_);
  inputs_ -= messages;
  if (messages > 0) aside(RunInputReply{messages});
}

void Exchange::hold(size_t bytes) {
  if (over_ || bytes == held_) return;
  outlet_.hold(client_, static_cast<ptrdiff_t>(bytes) - static_cast<ptrdiff_t>(held_));
  held_ = bytes;
}

tl::expected<Exchange*, std::string> find_place(const Places& places, const ClientId& client,
                                                const std::vector<Exchange*>& there, MonoTime now) {
  const auto of_client = std::count_if(there.begin(), there.end(), [&](const Exchange* exchange) {
    return exchange->client() == client;
  });
  if (static_cast<size_t>(of_client) >= places.of_client)
    return tl::unexpected(fmt::format("{} {} at once are the most that a client may have",
                                      places.of_client, places.what));
  if (there.size() < places.in_all) return nullptr;
  const auto waits_since = [](const Exchange* exchange) {
    return exchange->is_over() ? MonoTime::max()
                               : exchange->waits_since().value_or(MonoTime::max());
  };
  Exchange* longest = *std::min_element(there.begin(), there.end(), [&](auto* a, auto* b) {
    return waits_since(a) < waits_since(b);
  });
  if (waits_since(longest) <= now - exchange_patience) return longest;
  return tl::unexpected(fmt::format("{} {} are under way, which is the limit; try again later",
                                    there.size(), places.what));
}

RefusedReply gave_way(const Places& places) {
  return {Refusal::gone, fmt::format("gave way to others, after {} without credit while {} {} were "
                                     "under way",
                                     format_age(exchange_patience), places.in_all, places.what)};
}

}  // namespace muster
