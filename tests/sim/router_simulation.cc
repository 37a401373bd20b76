// See router_simulation.h. A child here is a pipe and what was written into it.
#include "router_simulation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <memory>
#include <vector>

#include "announced.h"
#include "proto/limits.h"
#include "router/journal/writer.h"
#include "router/router.h"
#include "sim_follower.h"
#include "sim_subscriber.h"
#include "tests/support/record_checker.h"

namespace muster::sim {
namespace {

constexpr int steps = 400;
constexpr size_t children_at_a_time = 4;

struct Child {
  uint64_t launch;
  Stream stream;
  UniqueFd in, out;  // in: the read end, as a keeper keeps it
  std::optional<StreamId> id;

  std::string process() const { return launch % 2 ? "web.1" : "worker.1"; }
};

class RouterSimulation : Bus {
 public:
  RouterSimulation(uint64_t seed, const RouterTamper& tamper)
      : when_full_(seed % 4 == 3 ? journal::WhenFull::drop : journal::WhenFull::block),
        rng_(seed),
        tamper_(tamper) {
    options_.key = uint32_t(seed);
    if (when_full_ == journal::WhenFull::drop) checker_.expect_holes();
    options_.segment_bytes = 4096 << rng_.below(6);
    options_.total_bytes = std::max<uint64_t>(2 * options_.segment_bytes, 192 << 10);
    auto open = [this](ReplayRequest request) {
      // As the daemon does it, while there is one.
      if (router_) request.from = router_->first_missing(request);
      return Replay::open(std::make_unique<MemoryStorage>(disk_), request);
    };
    for (auto& topics : std::vector<std::vector<std::string>>{
             {}, {"log/web.1/"}, {"log/"}, {"notice/", "log/worker.1/"}})
      subscribers_.emplace_back(topics, open, tamper_.delivery);
  }

  std::optional<std::string> run() {
    for (int i = 0; i < steps && wrong_.empty(); i++) {
      if (rng_.percent(12)) kill_clock_.arm(rng_.below(40));
      guarded([this] { step(); });
      kill_clock_.disarm();
      check();
    }
    if (wrong_.empty()) finish();
    return wrong_.empty() ? std::nullopt : std::optional(wrong_);
  }

 private:
  // Runs what the router does; if that kills it, a next one recovers, which may be killed too.
  template <class Work>
  void guarded(Work work) {
    try {
      if (!router_) recover();
      work();
    } catch (const Killed&) {
      die();
    }
  }

  void die() {
    if (!router_) return;
    router_.reset();
    followers_.on_kill();
    if (!tamper_.window) return;
    auto windows = Windows::adopt(UniqueFd(::dup(windows_.get())));
    for (uint32_t slot : windows->in_use()) tamper_.window(windows->at(slot).control());
  }

  // As a daemon with a keeper does it.
  void recover() {
    for (auto& child : children_) child.id.reset();
    auto windows =
        windows_ ? Windows::adopt(UniqueFd(::dup(windows_.get()))) : Windows::anonymous();
    windows_.reset(::dup(windows->fd()));
    auto storage = std::make_unique<SimStorage>(disk_, kill_clock_, tamper_.write);
    auto opened =
        Router::open(std::move(storage), std::move(*windows), *this, options_, when_full_);
    if (!opened) return complain("cannot open: " + opened.message());
    router_.emplace(std::move(*opened));
    followers_.on_start(*router_);
    auto found = router_->recovered();
    auto owner = [this](auto& stream) {
      return std::find_if(children_.begin(), children_.end(), [&](auto& child) {
        return child.launch == stream.launch && child.stream == stream.stream;
      });
    };
    for (auto& stream : found)
      if (owner(stream) == children_.end()) router_->close_stream(stream.id, now_);
    for (auto& stream : found) {
      auto child = owner(stream);
      if (child == children_.end()) continue;
      (void)router_->resume_stream(stream.id, UniqueFd(::dup(child->in.get())));
      child->id = stream.id;
      pump(*child);
    }
    for (auto& child : children_)
      if (!child.id) open_stream(child);
    router_->end_recovery(now_);
  }

  void open_stream(Child& child) {
    auto id = router_->open_stream(child.process(), child.launch, child.stream,
                                   UniqueFd(::dup(child.in.get())));
    if (!id) return complain("cannot open a stream: " + id.message());
    child.id = *id;
  }

  void step() {
    if (children_.size() < children_at_a_time) return start_child();
    auto& child = children_[rng_.below(children_.size())];
    followers_.step(rng_);
    uint64_t what = rng_.below(100);
    if (what < 35) return print(child);
    if (what < 70) return pump(child);
    if (what < 76) return router_->show_partial_lines(now_);
    if (what < 82) return pass(rng_.percent(2) ? 25h : rng_.up_to(1500ms));
    if (what < 88) return say("something");
    if (what < 92) return fault(disk_, rng_);
    if (what < 95) return mend(disk_);
    if (what < 96) return subscribers_[rng_.below(subscribers_.size())].catch_up();
    if (what < 97) return subscribers_[rng_.below(subscribers_.size())].resume();
    if (what < 98) return kill_clock_.kill();
    if (rng_.percent(30)) child.out.reset();
  }

  void start_child() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) return complain("no pipe");
    Child child{++last_launch_,
                rng_.percent(50) ? Stream::out : Stream::err,
                UniqueFd(fds[0]),
                UniqueFd(fds[1]),
                {}};
    children_.push_back(std::move(child));
    open_stream(children_.back());
  }

  void print(Child& child) {
    std::string bytes;
    for (uint64_t lines = rng_.below(20); lines > 0; lines--) {
      size_t length = rng_.below(rng_.percent(2) ? 2 * limits::line_piece : 120);
      bytes += std::string(length, char('a' + rng_.below(26))) + '\n';
    }
    if (rng_.percent(30)) bytes += "unfinished";
    std::string written = bytes.substr(0, rng_.percent(10) ? bytes.size() : 4096);
    if (tamper_.pipe) tamper_.pipe(written);
    ssize_t n = ::write(child.out.get(), written.data(), written.size());
    if (n > 0) entered_[{child.launch, child.stream}].append(bytes, 0, size_t(n));
  }

  void pump(Child& child) {
    if (router_->pump(*child.id, 1 + rng_.below(20'000), now_).state != Pumped::State::ended)
      return;
    router_->close_stream(*child.id, now_);
    std::erase_if(children_, [&](auto& other) { return &other == &child; });
  }

  void say(const std::string& text) {
    EventRecord event;
    event.process = "api";
    event.text = text;
    router_->publish(event, now_);
  }

  void pass(Nanos time) {
    now_.mono += time;
    now_.wall += time;
  }

  // From the router: a step at which it may be killed, before or after.
  void publish(std::string_view topic, std::string_view payload) override {
    kill_clock_.operation([&] {
      std::string carried(payload);
      if (tamper_.bus) tamper_.bus(carried);
      published_.emplace_back(topic, carried);
      for (auto& subscriber : subscribers_)
        if (rng_.percent(80)) subscriber.on_live(topic, payload);
      followers_.on_published(topic, payload);
      return true;
    });
  }

  // The records since the last time follow what was before, and are what entered. Read as a reader
  // does that follows the journal through all that happens to it.
  void check() {
    if (!reader_) {
      auto opened = Replay::open(std::make_unique<MemoryStorage>(disk_), {.from = 1});
      if (!opened) return complain(opened.message());
      reader_.emplace(std::move(*opened));
    }
    if (router_) checker_.deleted_before(router_->head().oldest_seq);
    for (;;) {
      auto records = reader_->next(1 << 20);
      if (auto gone = reader_->take_loss())
        complain(fmt::format("records to {} are gone: {}", gone->range.second, gone->loss.cause));
      if (records->empty()) break;
      for (auto& [topic, payload] : *records) {
        complain(checker_.take(topic, payload));
        if (topic.starts_with("notice/")) announced_.note(payload);
        journaled_.emplace_back(topic, payload);
      }
    }
    for (auto& record : std::exchange(published_, {}))
      if (std::find(journaled_.rbegin(), journaled_.rend(), record) == journaled_.rend())
        complain("a record was published that is not in the journal");
  }

  void on_bytes(const RecordChecker::StreamKey& key, uint64_t end, std::string_view bytes) {
    std::string& entered = entered_[key];
    uint64_t& done = done_[key];
    const uint64_t begin = end - bytes.size();
    if (begin > done) holes_.push_back({key, done, begin});
    if (begin > entered.size() || entered.compare(begin, bytes.size(), bytes) != 0)
      complain(fmt::format("launch {} prints something else at byte {}", key.first, begin));
    done = end;
  }

  void finish() {
    mend(disk_);
    for (auto& child : children_) child.out.reset();
    for (int patience = 1000; !children_.empty() && patience > 0; patience--) {
      guarded([this] { pump(children_.front()); });
      pass(100ms);
      check();  // before the journal makes room by deleting what was not read
    }
    if (!children_.empty()) complain("a stream does not come to its end");
    guarded([this] { router_->show_partial_lines(now_); });
    check();
    for (auto& [key, entered] : entered_)
      if (done_[key] != entered.size()) holes_.push_back({key, done_[key], entered.size()});
    complain(announced_.compare(holes_));
    for (auto& subscriber : subscribers_) {
      subscriber.catch_up();
      if (tamper_.gone) subscriber.tell_gone(*tamper_.gone);
      if (auto wrong = subscriber.compare(journaled_, router_->head().oldest_seq); !wrong.empty())
        complain("a subscriber " + wrong);
    }
    complain(followers_.finish(journaled_, router_->head().oldest_seq));
  }

  // Only the first complaint counts: the others follow from it.
  void complain(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }

  journal::WhenFull when_full_;
  Rng rng_;
  const RouterTamper& tamper_;
  KillClock kill_clock_{rng_};
  MemoryDisk disk_;
  journal::WriterOptions options_;
  UniqueFd windows_;
  std::optional<Router> router_;
  std::optional<Replay> reader_;
  std::vector<Child> children_;
  uint64_t last_launch_ = 0;
  Now now_{MonoTime(1000s), WallTime(1'700'000'000s)};
  std::vector<SimSubscriber> subscribers_;
  SimFollowers followers_{[this](auto& request) {
                            return Replay::open(std::make_unique<MemoryStorage>(disk_), request);
                          },
                          tamper_.delivery};
  std::map<RecordChecker::StreamKey, std::string> entered_;
  std::map<RecordChecker::StreamKey, uint64_t> done_;  // bytes of it that were journaled
  std::vector<Hole> holes_;
  Announced announced_;
  std::vector<std::pair<std::string, std::string>> journaled_, published_;
  RecordChecker checker_{
      [this](auto& key, auto& record, auto bytes) { on_bytes(key, record.end, bytes); }};
  std::string wrong_;
};

}  // namespace

std::optional<std::string> simulate_router(uint64_t seed, const RouterTamper& tamper) {
  return std::make_unique<RouterSimulation>(seed, tamper)->run();
}

}  // namespace muster::sim
