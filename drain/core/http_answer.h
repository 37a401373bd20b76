// The meaning of an HTTP status for a batch.
#pragma once

#include "drain/core/core.h"

namespace muster::drain {

// `body` is the beginning of what the receiver says.
Answer answer_of(long status, std::optional<Nanos> retry_after, std::string_view body);

}  // namespace muster::drain
