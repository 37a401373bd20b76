// See version.h. Not inline, so that it is in each program once.
#include "proto/version.h"

namespace muster {
const char version[] = "0.1.0";
}  // namespace muster
