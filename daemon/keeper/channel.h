// A message and its descriptors over a SEQPACKET socket; both sides use it. Not the protocol.
// Either all the descriptors that a message announces arrive, or none is left open.
#pragma once

#include "daemon/keeper/protocol.h"

namespace muster::keeper {

struct Parcel {
  Message message;
  int fds[max_fds];   // the first message.fd_count are open here, close-on-exec, and the caller's
  uint32_t fds_lost;  // or so many came that this side had no room for; then fd_count is 0
};

void close_all(const int* fds, uint32_t count);

enum class Receipt { message, nothing, closed };

// Sends the message and the first `fd_count` of `fds`, which stay the caller's. 0 or an errno:
// EAGAIN if it would block and `flags` has MSG_DONTWAIT.
[[nodiscard]] int send(int socket, const Message& message, const int* fds, int flags);

// Skips what cannot be a message; one of no bytes counts as the end. `nothing`: none is there and
// `flags` has MSG_DONTWAIT.
[[nodiscard]] Receipt receive(int socket, Parcel& parcel, int flags);

}  // namespace muster::keeper
