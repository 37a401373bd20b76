// The outcome of one event so far: actions in the order in which they are to be carried out, and
// the time at which it happened. Decides nothing.
#pragma once

#include <utility>

#include "base/terminal_text.h"
#include "daemon/core/action.h"

namespace muster {

// The client that asked, and the number under which it expects the answer.
struct Asker {
  ClientId client;
  uint64_t request_id = 0;
  std::string hint = {};  // what the answer says besides
  Role role = Role::read;
  std::string address = {};  // of a client on another machine
};

class Outbox {
 public:
  void begin(Now now) { now_ = now; }
  const Now& now() const { return now_; }

  void add(Action action) { actions_.push_back(std::move(action)); }
  // Commands and names are other people's text: none of it may look like a line of its own.
  void publish(EventRecord record) {
    record.time = now_.wall;
    std::string line;
    append_terminal_safe(record.text, line);
    record.text = std::move(line);
    add(Publish{std::move(record)});
  }
  void answer(const Asker& asker, ReplyBody body, bool more = false) {
    add(Answer{asker.client, Reply{asker.request_id, more, std::move(body), asker.hint}});
  }
  std::vector<Action> take() { return std::exchange(actions_, {}); }

 private:
  Now now_{};
  std::vector<Action> actions_;
};

}  // namespace muster
