// ctl top: what each process uses, live. On no terminal one picture, after one pause.
#include <fmt/format.h>
#include <thread>

#include "ctl/printers/top.h"
#include "ctl/screen.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// By whose keys users of top and htop sort, too.
struct OrderRow {
  TopOrder order;
  std::string_view keys, name;
};
constexpr OrderRow order_rows[] = {{TopOrder::cpu, "cP", "processor"},
                                   {TopOrder::memory, "mM", "memory"},
                                   {TopOrder::age, "tT", "age"},
                                   {TopOrder::restarts, "s", "restarts"},
                                   {TopOrder::name, "nN", "name"}};

class Top : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("NAME", names_, "Only these types (web) or processes (web.1)");
    options.number("-d,--delay", seconds_, "How many seconds from one picture to the next")
        .number_between(0.1, 3600)
        .shown_as("S");
    options.footer(
        "\nKeys: c (or P) by processor, m (M) by memory, t (T) by age, s by restarts, n (N) by "
        "name,\nr (I) the other way round, q quit.");
  }

  Outcome<int> run(Session& session) override {
    if (auto taken = take_sample(session); !taken) return tl::unexpected(taken.error());
    if (!RawTerminal::is_ours()) {
      std::this_thread::sleep_for(nanos_of(seconds_));
      if (auto taken = take_sample(session); !taken) return tl::unexpected(taken.error());
      session.out.write(picture());
      return status_done;
    }
    Screen screen(session.out);
    for (;;) {
      screen.draw(picture());
      const auto event = screen.wait(nanos_of(seconds_));
      if (event == Screen::Event::ended) return status_done;
      if (event == Screen::Event::key && !take_key(screen.key())) return status_done;
      if (event != Screen::Event::none) continue;
      if (auto taken = take_sample(session); !taken) return tl::unexpected(taken.error());
    }
  }

 private:
  Outcome<void> take_sample(const Session& session) {
    auto reply = ask<PsReply>(session, PsRequest{names_, true}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    const MonoTime now = read_clocks().mono;
    before_ = std::exchange(now_, std::move(reply->processes));
    between_ = now - std::exchange(taken_, now);
    return {};
  }

  std::string picture() const {
    std::string hint;
    if (RawTerminal::is_ours()) {
      hint = "by ";
      for (auto& row : order_rows)
        if (row.order == order_) hint += row.name;
      hint += "; keys: c m t s n sort, r reverses, q quits";
    }
    return top_table(before_, now_, between_, order_, is_reversed_, hint);
  }

  // False: it was the last one.
  bool take_key(char key) {
    for (auto& row : order_rows)
      if (row.keys.find(key) != row.keys.npos) order_ = row.order;
    if (key == 'r' || key == 'I') is_reversed_ = !is_reversed_;
    return key != 'q' && key != 'Q';
  }

  std::vector<std::string> names_;
  double seconds_ = 1;
  TopOrder order_ = TopOrder::cpu;
  bool is_reversed_ = false;
  std::vector<ProcessRow> before_, now_;
  MonoTime taken_{};
  Nanos between_{};
};

}  // namespace

std::unique_ptr<Verb> make_top() { return std::make_unique<Top>(); }

}  // namespace muster
