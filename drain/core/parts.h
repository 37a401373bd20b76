// A batch on its way, as the parts in which it is sent. Keeps: each line leaves exactly once,
// either accepted or rejected, and a part is cut in the same places whenever the answers are the
// same.
#pragma once

#include <optional>
#include <vector>

#include "drain/core/batch.h"
#include "drain/core/policy.h"

namespace muster::drain {

class Parts {
 public:
  Parts(Batch batch, const Policy& policy);

  struct Part {
    size_t begin, end;  // of the batch's lines
  };
  const Batch& batch() const { return batch_; }
  bool done() const { return left_.empty(); }
  Part current() const { return left_.back(); }
  void accepted() { left_.pop_back(); }
  // Halves the current part; a single line is handed out instead, and is answered for by that.
  std::optional<Line> refused();

 private:
  Batch batch_;
  std::vector<Part> left_;  // the next one last
};

}  // namespace muster::drain
