// See topic_watch.h. A topic has as many prefixes as bytes, but few lengths are in use.
#include "router/topic_watch.h"

#include <utility>

#include "proto/codec.h"

namespace muster {

TopicWatch::Waiter::Waiter(TopicWatch& watch, std::vector<std::string> topics,
                           std::function<void()> on_news)
    : watch_(watch), topics_(std::move(topics)), on_news_(std::move(on_news)) {
  if (topics_.empty()) topics_.emplace_back();
}

TopicWatch::Waiter::~Waiter() { leave(); }

void TopicWatch::Waiter::wait() {
  news_.reset();
  if (std::exchange(waits_, true)) return;
  for (auto& prefix : topics_) {
    auto [there, is_new] = watch_.by_prefix_.try_emplace(prefix);
    if (is_new) watch_.lengths_[prefix.size()]++;
    there->second.insert(this);
  }
}

void TopicWatch::Waiter::leave() {
  if (!std::exchange(waits_, false)) return;
  for (auto& prefix : topics_) {
    const auto there = watch_.by_prefix_.find(prefix);
    if (there == watch_.by_prefix_.end()) continue;  // the same prefix twice
    there->second.erase(this);
    if (!there->second.empty()) continue;
    watch_.by_prefix_.erase(there);
    const auto length = watch_.lengths_.find(prefix.size());
    if (--length->second == 0) watch_.lengths_.erase(length);
  }
}

void TopicWatch::see(std::string_view topic, std::string_view payload) {
  if (by_prefix_.empty()) return;
  std::vector<Waiter*> woken;
  for (auto& [length, prefixes] : lengths_) {
    if (length > topic.size()) break;
    const auto there = by_prefix_.find(topic.substr(0, length));
    if (there != by_prefix_.end())
      woken.insert(woken.end(), there->second.begin(), there->second.end());
  }
  if (woken.empty()) return;
  const auto numbers = decode_numbers(payload);
  if (!numbers) return;
  for (Waiter* waiter : woken) {
    if (waiter->news_) continue;  // by two of its prefixes
    waiter->news_ = *numbers;
    waiter->leave();
    waiter->on_news_();
  }
}

}  // namespace muster
