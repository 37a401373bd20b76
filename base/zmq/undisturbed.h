// A signal may end any call of libzmq, also between the frames of one message. Nothing has happened
// then, and the call is made again.
#pragma once

#include <zmq.h>
#include <cerrno>

namespace muster {

// What `call` returns, which is negative if it failed: of another reason than a signal.
template <class Call>
int undisturbed(Call call) {
  for (;;)
    if (const int done = call(); done >= 0 || zmq_errno() != EINTR) return done;
}

}  // namespace muster
