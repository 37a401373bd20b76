// A simulated world of one drain: a journal that grows and forgets, a receiver that answers as it
// likes, and a drain that is killed between any two of its actions. Each seed is a story of its
// own.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "drain/core/core.h"
#include "tests/sim/rng.h"
#include "tests/unit/drain/drain_records.h"

using namespace muster;
using namespace muster::drain;

namespace {

constexpr const char* name = "5eed0001";

class World {
 public:
  World(uint64_t seed, bool forgets) : rng_(seed), forgets_(forgets) {
    policy_.batch_lines = 1 + rng_.below(12);
    policy_.batch_bytes = 200 + rng_.below(2000);
    begin();
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) step(true);
    for (int i = 0; i < 20'000 && !is_over(); i++) step(false);
    REQUIRE(is_over());
    check();
  }

 private:
  bool is_over() const {
    return cursor_.answered == journal_.size() && cursor_.in_flight == 0 && core_->is_idle();
  }

  void begin() {
    core_ =
        std::make_unique<Core>(policy_, cursor_, [this] { return double(rng_.below(100)) / 100; });
    awaited_.reset();
  }

  void step(bool with_faults) {
    const auto choice = rng_.below(with_faults ? 10 : 6);
    if (choice < 2) feed();
    if (choice == 2) core_->tick(now_);
    if (choice == 3) now_.mono += rng_.up_to(2s);
    if (choice == 4 || choice == 5) answer(with_faults);
    if (choice == 6 || choice == 7) print();
    if (choice == 8 && forgets_ && rng_.percent(20))
      forgotten_ += rng_.below(journal_.size() - forgotten_ + 1);
    if (choice == 9 && rng_.percent(40)) return begin();
    // The drain may be killed before any of its actions.
    for (auto& action : core_->take_actions()) {
      if (with_faults && rng_.percent(3)) return begin();
      carry_out(action);
    }
  }

  void print() {
    std::vector<std::string> lines;
    for (uint64_t i = 0, n = rng_.between(1, 5); i < n; i++)
      lines.push_back(fmt::format("{}:{}{}", journal_.size() + 1, i,
                                  rng_.percent(3) ? " poison" : std::string(rng_.below(60), '.')));
    journal_.push_back(lines);
  }

  void feed() {
    if (!core_->has_room()) return;
    core_->journal(name);
    if (core_->next() <= forgotten_) {
      uint64_t lines = 0;
      for (uint64_t seq = core_->next(); seq <= forgotten_; seq++) {
        lines += journal_[seq - 1].size();
        lost_.insert(seq);
      }
      core_->lost({core_->next(), forgotten_}, {"retention", 1, lines, {}}, now_);
    }
    const uint64_t last = std::min<uint64_t>(journal_.size(), core_->next() + rng_.below(8));
    for (uint64_t seq = core_->next(); seq <= last; seq++)
      core_->record(log_of(seq, journal_[seq - 1]), now_);
    core_->passed(last, now_);
  }

  void carry_out(const Action& action) {
    if (const auto* write = std::get_if<WriteCursor>(&action)) {
      if (write->cursor.answered < cursor_.answered) FAIL("the cursor went back");
      cursor_ = write->cursor;
    }
    if (const auto* reject = std::get_if<Reject>(&action)) answered_.insert(reject->line.text);
    if (const auto* send = std::get_if<Send>(&action)) {
      if (cursor_.in_flight != send->batch->to || cursor_.answered + 1 != send->batch->from)
        FAIL("a batch was sent whose bounds are not in the cursor");
      std::vector<std::string> texts;
      for (size_t i = send->begin; i < send->end; i++) texts.push_back(send->batch->lines[i].text);
      auto [known, is_new] = sent_.try_emplace(send->id, texts);
      if (!forgets_ && known->second != texts) FAIL("one id stands for two batches");
      awaited_ = texts;
    }
  }

  void answer(bool with_faults) {
    if (!awaited_) return;
    const auto texts = *std::exchange(awaited_, std::nullopt);
    if (with_faults && rng_.percent(20))
      return core_->answer({Answer::Kind::later, "busy", {}}, now_);
    for (auto& text : texts)
      if (text.ends_with("poison"))
        return core_->answer({Answer::Kind::refused, "bad line", {}}, now_);
    answered_.insert(texts.begin(), texts.end());
    // The answer may be lost on its way.
    if (with_faults && rng_.percent(10))
      return core_->answer({Answer::Kind::later, "no answer", {}}, now_);
    core_->answer({}, now_);
  }

  void check() const {
    for (uint64_t seq = 1; seq <= journal_.size(); seq++)
      for (auto& text : journal_[seq - 1])
        if (!answered_.contains(text) && !lost_.contains(seq)) FAIL("never answered for: " + text);
  }

  sim::Rng rng_;
  const bool forgets_;
  Policy policy_;
  Now now_{};
  std::vector<std::vector<std::string>> journal_;
  uint64_t forgotten_ = 0;
  std::set<uint64_t> lost_;
  Cursor cursor_;
  std::unique_ptr<Core> core_;
  std::optional<std::vector<std::string>> awaited_;
  std::map<std::string, std::vector<std::string>> sent_;
  std::set<std::string> answered_;
};

}  // namespace

TEST_CASE("a drain that is killed at any step loses nothing and repeats only whole batches") {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    INFO("seed " << seed);
    World(seed, false).run(600);
  }
}

TEST_CASE("a journal that forgets costs the lines that were told to be lost, and no others") {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    INFO("seed " << seed);
    World(seed, true).run(600);
  }
}
