// The stream of a daemon as a drain reads it: one replay that follows, over the socket of those who
// only read. Keeps: nothing is asked for beyond what the drain has room for, and a daemon that was
// replaced is asked again from where the drain is.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"
#include "proto/endpoints.h"
#include "proto/message.h"

namespace muster::drain {

class Source {
 public:
  struct Place {
    std::string journal;
    uint64_t next = 1;
  };
  struct Reader {
    std::function<Place()> place;    // where it goes on
    std::function<bool()> has_room;  // whether more may come
    std::function<void(const ReplayRecordsReply&)> take;
    std::function<void(const Place&)> begin;       // the place behind the last record that there is
    std::function<void(const std::string&)> tell;  // a trouble
  };

  Source(Loop& loop, ZmqContext& context, Endpoints endpoints, Reader reader);

  // From the reader's place; or, `at_end`, from the end of the stream, of which `begin` tells.
  void start(bool at_end);
  // The reader may have room again.
  void grant();

 private:
  void connect();
  void ask();
  void on_readable();
  void on_reply(const Reply& reply);
  void look();
  void send(RequestBody body);

  ZmqContext& context_;
  Loop& loop_;
  Endpoints endpoints_;
  Reader reader_;
  std::unique_ptr<LoopSocket> socket_;
  bool at_end_ = false;
  uint64_t id_ = 0;
  uint32_t credit_ = 0;  // granted, and not used yet
  MonoTime heard_{};
  Timer again_, look_;
};

}  // namespace muster::drain
