// Finds what came of a launch that an earlier supervisor had asked for: from what its keeper kept,
// from what was noted, else from /proc alone. Only looks; a second copy of a process is never
// started while this might find the first.
#pragma once

#include <optional>

#include "daemon/core/action.h"
#include "daemon/edge/launch/fd_store.h"

namespace muster {

struct Adoptee {
  Identity identity;  // alive or dead
  UniqueFd out, err;  // read ends; none where the pipe is lost
  UniqueFd in;        // by which it is written to; none where no client is to
  UniqueFd report;    // none: its exec had succeeded
};

// `launch.resumed` is set. `mark` are the pairs that mark its processes. It is nothing if it was
// never started; then the deposits for it are of no use.
std::optional<Adoptee> find_adoptee(const Launch& launch, std::optional<KeptLaunch> kept,
                                    const Environment& mark);

}  // namespace muster
