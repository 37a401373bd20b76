// See channel.h.
#include "daemon/keeper/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace muster::keeper {

namespace {

constexpr size_t fds_bytes = max_fds * sizeof(int);

struct Control {
  alignas(cmsghdr) char bytes[CMSG_SPACE(fds_bytes)];
};

// The kernel never hands over more than there is room for in `control`.
uint32_t take_fds(msghdr& header, int* fds) {
  uint32_t count = 0;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    size_t bytes = part->cmsg_len - CMSG_LEN(0);
    std::memcpy(fds + count, CMSG_DATA(part), bytes);
    count += static_cast<uint32_t>(bytes / sizeof(int));
  }
  return count;
}

}  // namespace

void close_all(const int* fds, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) close(fds[i]);
}

int send(int socket, const Message& message, const int* fds, int flags) {
  if (message.fd_count > max_fds) return EINVAL;
  iovec text{const_cast<Message*>(&message), sizeof message};
  msghdr header{};
  header.msg_iov = &text;
  header.msg_iovlen = 1;
  Control control{};
  if (size_t bytes = message.fd_count * sizeof(int); bytes > 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(part), fds, bytes);
  }
  ssize_t sent;
  do sent = sendmsg(socket, &header, flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

Receipt receive(int socket, Parcel& parcel, int flags) {
  for (;;) {
    iovec text{&parcel.message, sizeof parcel.message};
    Control control;
    msghdr header{};
    header.msg_iov = &text;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    ssize_t n = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
    // A peer that died without having read everything shows as a reset, once: what it had sent
    // itself comes after that.
    if (n < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
    if (n < 0) return Receipt::nothing;
    const uint32_t received = take_fds(header, parcel.fds);
    const uint32_t announced = parcel.message.fd_count;
    const bool whole =
        n == sizeof parcel.message && !(header.msg_flags & MSG_TRUNC) && announced <= max_fds;
    parcel.fds_lost = 0;
    if (!whole || received != announced || (header.msg_flags & MSG_CTRUNC)) {
      close_all(parcel.fds, received);
      parcel.fds_lost = announced;
      parcel.message.fd_count = 0;
    }
    if (n == 0) return Receipt::closed;
    if (whole) return Receipt::message;
  }
}

}  // namespace muster::keeper
