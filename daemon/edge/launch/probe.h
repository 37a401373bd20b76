// A question to the world whether a launch is ready, or well: by a command, a GET or a connection.
// Ends by itself with a yes or a no, or is destroyed before. Its owner is told, and looks.
#pragma once

#include <sys/types.h>
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "daemon/config/settings.h"

namespace muster {

class Probe {
 public:
  enum class Answer : uint8_t { pending, yes, no };
  virtual ~Probe() = default;
  Answer answer() const { return answer_; }

 protected:
  explicit Probe(std::function<void()> on_answer) : on_answer_(std::move(on_answer)) {}
  void end(bool yes) {
    answer_ = yes ? Answer::yes : Answer::no;
    on_answer_();
  }
  // Before anybody can be told.
  void fail_at_once() { answer_ = Answer::no; }

 private:
  std::function<void()> on_answer_;
  Answer answer_ = Answer::pending;
};

// Where and who the processes of a launch are, for a command that is to stand beside them.
struct Whereabouts {
  std::vector<std::string> before;       // the words of it that bring it there
  std::vector<std::string> environment;  // "K=V"
  UniqueFd program;                      // those words may name it, as descriptor `program_fd`
  static constexpr int program_fd = 4;
};

// `sh -c COMMAND`, quiet, in a session of its own. A shell around it says how it ended, through a
// pipe that no other process has: so it does not matter which one reaps it, and while the pipe is
// open the shell lives and its number is its own. A probe does not outlive the one that asks.
class ExecProbe : public Probe {
 public:
  ExecProbe(Loop& loop, const std::string& command, Whereabouts where,
            std::function<void()> on_answer);
  ~ExecProbe() override;
  ExecProbe(const ExecProbe&) = delete;
  ExecProbe& operator=(const ExecProbe&) = delete;

 private:
  void read_status();

  pid_t pid_ = 0;
  UniqueFd status_;
  UniqueFd lifeline_;  // nothing is written into it
  std::optional<Poll> poll_;
};

// A connection to a port of 127.0.0.1.
class ConnectProbe : public Probe {
 public:
  ConnectProbe(Loop& loop, uint32_t port, std::function<void()> on_answer);

 private:
  void look();

  UniqueFd socket_;
  std::optional<Poll> poll_;
};

// GET of a path on 127.0.0.1; a status from 200 to 399 is a yes.
class HttpProbe : public Probe {
 public:
  HttpProbe(Loop& loop, uint32_t port, const std::string& path, std::function<void()> on_answer);

 private:
  void go_on();
  void take(std::string_view bytes);

  UniqueFd socket_;
  std::string request_, response_;
  std::optional<Poll> poll_;
};

// As the kind of `how` says: exec, http, or port.
std::unique_ptr<Probe> begin_probe(Loop& loop, const Readiness& how, uint32_t port,
                                   const std::function<Whereabouts()>& where,
                                   std::function<void()> on_answer);

// Something that is asked again and again, one probe after the other.
struct Asked {
  MonoTime next;  // of the next probe, or when this one has taken too long
  std::unique_ptr<Probe> probe;
  MonoTime next_look() const {
    return probe && probe->answer() != Probe::Answer::pending ? MonoTime{} : next;
  }
};

// When the first of those in a map is to be looked at.
template <class Map>
void plan_next_look(Timer& timer, const Map& asked) {
  if (asked.empty()) return timer.disarm();
  MonoTime first = MonoTime::max();
  for (auto& [key, one] : asked) first = std::min(first, one.next_look());
  timer.at(std::max(first, loop_clock()));
}

}  // namespace muster
