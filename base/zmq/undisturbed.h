// A signal may end any call of libzmq, also between the frames of one message. Then the call has
// done nothing, and is made again.
#pragma once

#include <zmq.h>
#include <cerrno>

namespace muster {

// The result of `call`, which is negative if it failed for another reason than a signal.
template <class Call>
int undisturbed(Call call) {
  for (;;)
    if (const int done = call(); done >= 0 || zmq_errno() != EINTR) return done;
}

}  // namespace muster
