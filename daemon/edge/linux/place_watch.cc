// See place_watch.h.
#include "daemon/edge/linux/place_watch.h"

#include <fcntl.h>
#include <cerrno>

#include "base/whole_file.h"

namespace muster {

PlaceWatch::PlaceWatch(std::string path) : path_(std::move(path)) { (void)look_anew(); }

bool PlaceWatch::is_in_place() const { return directory_ && leads_to(path_, directory_.get()); }

Result<> PlaceWatch::look_anew() {
  directory_.reset(open(path_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return directory_ ? Result<>() : fail_errno(errno, "{}", path_);
}

}  // namespace muster
