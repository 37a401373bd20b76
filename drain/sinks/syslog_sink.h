// Batches to a syslog receiver over TCP or TLS. Syslog has no answers, so a batch has a connection
// of its own: it is sent, our side is closed, and the receiver's end of the connection is the
// answer, for it comes behind its last read. Everything else means that the batch is sent again.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "drain/sinks/sink.h"
#include "drain/sinks/tls.h"
#include "drain/sinks/transfers.h"

namespace muster::drain {

class SyslogSink : public Sink {
 public:
  SyslogSink(Loop& loop, SinkSetup setup, OnAnswer on_answer);
  ~SyslogSink() override;
  void send(const Send& part) override;

 private:
  enum class Stage : uint8_t { idle, connecting, shaking_hands, writing, ending, awaiting_end };

  void on_connected(CURLcode result);
  void go_on();
  Result<Tls::Step> step();
  Result<Tls::Step> write_plainly();
  Result<Tls::Step> read_plainly();
  bool is_all_taken() const;
  void end(const Answer& answer);

  Loop& loop_;
  SinkSetup setup_;
  OnAnswer on_answer_;
  Transfers transfers_;
  Easy easy_;
  std::array<char, CURL_ERROR_SIZE> problem_{};
  Stage stage_ = Stage::idle;
  Body body_;
  std::string_view left_;
  UniqueFd fd_;
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<Poll> poll_;
  Timer deadline_, done_;
  Answer answer_;
};

}  // namespace muster::drain
