// Why no daemon answers for an app, in a sentence that is true: none runs, or one that belongs to
// another user.
#pragma once

#include <string>

#include "proto/endpoints.h"

namespace muster {

std::string why_no_daemon(const Endpoints& endpoints);

}  // namespace muster
