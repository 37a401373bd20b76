// See tally.h.
#include "base/zmq/tally.h"

namespace muster {
namespace {

struct Counted {
  std::string bytes;
  std::shared_ptr<Tally> tally;
  size_t count;
};

// libzmq's callback: it gets back the hint that it was given, and no other code has it.
void let_go(void*, void* hint) {
  const std::unique_ptr<Counted> counted(static_cast<Counted*>(hint));
  counted->tally->remove(counted->count);
}

}  // namespace

zmq::message_t counted_frame(std::string bytes, std::shared_ptr<Tally> tally, size_t besides) {
  const size_t count = bytes.size() + besides;
  auto counted = std::make_unique<Counted>(Counted{std::move(bytes), std::move(tally), count});
  counted->tally->add(count);
  std::string& kept = counted->bytes;
  zmq::message_t frame(kept.data(), kept.size(), let_go, counted.get());
  (void)counted.release();
  return frame;
}

}  // namespace muster
