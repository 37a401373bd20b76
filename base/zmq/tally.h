// Bytes that are under way to a peer: counted from when a message is handed to libzmq until it lets
// go of it, which it does in a thread of its own, when the message has been written or dropped.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <zmq.hpp>

namespace muster {

class Tally {
 public:
  // A number that is counted here is counted in `all` too.
  explicit Tally(std::shared_ptr<Tally> all = nullptr) : all_(std::move(all)) {}
  ~Tally() {
    if (all_) all_->remove(bytes_);
  }
  Tally(const Tally&) = delete;

  size_t bytes() const { return bytes_; }
  void add(size_t bytes) {
    bytes_ += bytes;
    if (all_) all_->add(bytes);
  }
  void remove(size_t bytes) {
    bytes_ -= bytes;
    if (all_) all_->remove(bytes);
  }

  // Besides its bytes a message costs its places in libzmq's queues.
  static constexpr size_t of_message = 128;

 private:
  std::atomic<size_t> bytes_ = 0;
  std::shared_ptr<Tally> all_;
};

// A frame that counts in `tally`, as `bytes.size() + besides`, for as long as libzmq holds it.
zmq::message_t counted_frame(std::string bytes, std::shared_ptr<Tally> tally, size_t besides);

}  // namespace muster
