// Connections carried over one pair of pipes, as bytes that it does not understand: those that are
// made at its listeners come out at the other end, where they are opened by name. PROTOCOL.md has
// the frames. Keeps: a reader that is slow stops its own connection and no other one, and memory is
// bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/unique_fd.h"

namespace muster {

class Relay {
 public:
  // A connection to what the other side calls so; none: there is no such thing.
  using Open = std::function<UniqueFd(std::string_view name)>;

  // The pipes are made non-blocking. `open` may be empty: then the other side opens none.
  Relay(UniqueFd in, UniqueFd out, Open open);

  void listen(UniqueFd listener, std::string name);
  // Greets the other side, which waits for that.
  void greet();
  // Waits for the other side's greeting, whatever else is printed before it.
  bool is_greeted(Nanos patience);
  // Carries until the other side has gone, or there was no connection for so long.
  void run(std::optional<Nanos> idle);

 private:
  struct Channel {
    UniqueFd fd;
    std::string waiting;      // to be written to it
    size_t may_send = 0;      // bytes that the other side has room for
    bool is_closing = false;  // the other side has closed it
  };
  struct Listener {
    UniqueFd fd;
    std::string name;
  };
  enum class Kind : char { open = 'O', data = 'D', taken = 'T', close = 'C' };

  bool step(std::optional<Nanos> wait);
  bool read_frames();
  bool take_frames();
  void take(Kind kind, uint32_t id, std::string_view rest);
  bool write_out();
  void accept_from(const Listener& listener);
  void read_from(uint32_t id, Channel& channel);
  void write_to(uint32_t id, Channel& channel);
  void send(Kind kind, uint32_t id, std::string_view rest = {});
  void end(uint32_t id);
  void sweep();

  UniqueFd in_, out_;
  Open open_;
  std::vector<Listener> listeners_;
  std::map<uint32_t, Channel> channels_;
  std::vector<uint32_t> ended_;  // to be taken away at the end of a step
  std::string read_, to_write_;
  uint32_t last_id_ = 0;
};

}  // namespace muster
