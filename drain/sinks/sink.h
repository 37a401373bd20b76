// A sink: where batches go. It is handed one at a time and answers each exactly once, later, in a
// callback of the loop. It decides nothing about what is sent again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/uv/loop.h"
#include "drain/core/core.h"
#include "drain/core/format.h"
#include "drain/core/url.h"

namespace muster::drain {

struct SinkSetup {
  Url url;
  Names names;
  std::string ca;  // a file of certificates that are trusted instead of the system's; may be empty
  std::string token;  // "d.…": by which the receiver knows this drain
};

class Sink {
 public:
  using OnAnswer = std::function<void(const Answer&)>;
  virtual ~Sink() = default;
  virtual void send(const Send& part) = 0;
};

std::unique_ptr<Sink> make_sink(Loop& loop, const SinkSetup& setup, Sink::OnAnswer on_answer);

}  // namespace muster::drain
