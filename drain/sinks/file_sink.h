// Batches as JSON lines at the end of a file, on the disk before they are answered for. A file that
// was renamed or deleted, as log rotation does it, is made anew.
#pragma once

#include "base/uv/timer.h"
#include "drain/sinks/sink.h"

namespace muster::drain {

class FileSink : public Sink {
 public:
  FileSink(Loop& loop, SinkSetup setup, OnAnswer on_answer);
  void send(const Send& part) override;

 private:
  Answer append(std::string_view bytes) const;

  SinkSetup setup_;
  OnAnswer on_answer_;
  Answer answer_;
  Timer done_;
};

}  // namespace muster::drain
