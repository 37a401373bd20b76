// Readers that have read everything, and the topics that they wait for. It costs nothing to let
// many wait: a record is looked up by its topic, not shown to each of them.
// Keeps: a reader that waits is woken by the first record that it may want, once, and told its
// numbers.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "proto/record.h"

namespace muster {

class TopicWatch {
 public:
  class Waiter {
   public:
    // `topics` are prefixes; none means all. `on_news` is called from see(); it must not add or
    // remove waiters. Does not wait yet.
    Waiter(TopicWatch& watch, std::vector<std::string> topics, std::function<void()> on_news);
    ~Waiter();
    Waiter(const Waiter&) = delete;

    // Forgets the news that there were.
    void wait();
    // The first record of these topics that has been published since wait().
    const std::optional<RecordNumbers>& news() const { return news_; }

   private:
    friend TopicWatch;
    void leave();

    TopicWatch& watch_;
    std::vector<std::string> topics_;
    std::function<void()> on_news_;
    std::optional<RecordNumbers> news_;
    bool waits_ = false;
  };

  // A record is published.
  void see(std::string_view topic, std::string_view payload);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Waiters = std::unordered_set<Waiter*>;

  std::unordered_map<std::string, Waiters, Hash, std::equal_to<>> by_prefix_;
  std::map<size_t, size_t> lengths_;  // of these prefixes -> how many have it
};

}  // namespace muster
