// Going into the background: the caller's process waits until the daemon says that it is ready, or
// why it is not. Must happen before any thread, loop or socket exists.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace muster {

class Background {
 public:
  // Forks. Returns only in the child, which is a session leader with /dev/null as its stdin and
  // stdout; stderr stays until `ready`. The parent prints what the child reports and exits 0 or 1.
  static Result<Background> enter();
  // The child has become another program meanwhile, which still has the report.
  static Background resume(UniqueFd report) { return Background(std::move(report)); }
  int report() const { return report_.get(); }

  // Lets the waiting parent exit 0, and detaches stderr.
  void ready();
  // Lets it print "musterd: REASON" and exit 1.
  void failed(const std::string& reason);

 private:
  explicit Background(UniqueFd report) : report_(std::move(report)) {}
  UniqueFd report_;
};

}  // namespace muster
