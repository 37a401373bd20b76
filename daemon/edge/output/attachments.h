// Attached one-offs: what they print goes to their client as replies, as many as it has granted,
// and what the client sends goes to their stdin. It is never journaled. A client that does not read
// stops the output of its own one-off alone.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/uv/poll.h"
#include "daemon/edge/launch/output.h"
#include "serve/exchange.h"

namespace muster {

class Attachments : public Output {
 public:
  // `outlet` outlives this. `on_ended` is told when all output of a launch has been sent, and
  // `on_input_ended` when no client can write to a launch any more; they must not call back at
  // once.
  Attachments(Loop& loop, const Outlet& outlet, std::function<void()> on_ended,
              std::function<void(LaunchId)> on_input_ended);
  ~Attachments() override;

  Result<> open(const Launch& launch, PipeEnds ends) override;
  void begin(LaunchId launch) override;
  void drain(LaunchId launch) override;
  bool ended(LaunchId launch) const override;
  // Output that a living client has not granted yet is kept for it.
  Nanos patience(LaunchId launch) const override;
  std::array<int, 2> pipes(LaunchId launch) const override;
  int input_end(LaunchId launch) const override;
  void close(LaunchId launch) override;

  // A launch that was opened for a client of no name waits for this: until then its output stays
  // where it is, and it waits when its pipes are full. False if there is no such launch.
  bool attach(const Attach& wanted);
  void grant(LaunchId launch, uint32_t messages);
  // When all is written, the client is granted as many messages again.
  void input(LaunchId launch, const std::string& data, bool eof);
  // The terminal's end, if it has one.
  void resize(LaunchId launch, TerminalSize size);
  // From now on, what this client's one-offs print is thrown away.
  void forget(const ClientId& client);
  void forget(LaunchId launch);
  // From now on nothing more is read, since this program is about to go.
  void pause();
  // All that was sent has been taken.
  bool all_taken() const;

  size_t exchanges() const { return attachments_.size(); }

 private:
  struct Attachment;
  struct Source;
  // Sends one message's worth; false if nothing is to be had or may be sent for now.
  bool pass_on(Attachment& attachment, Source& source);
  void watch(Attachment& attachment);

  Loop& loop_;
  const Outlet& outlet_;
  std::function<void()> on_ended_;
  std::function<void(LaunchId)> on_input_ended_;
  bool paused_ = false;
  std::map<LaunchId, std::unique_ptr<Attachment>> attachments_;
};

}  // namespace muster
