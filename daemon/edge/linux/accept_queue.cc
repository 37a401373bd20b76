// See accept_queue.h.
#include "daemon/edge/linux/accept_queue.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <algorithm>
#include <array>
#include <optional>

#include "base/unique_fd.h"

namespace muster {
namespace {

std::optional<uint32_t> length_in(const nlmsghdr* header, size_t bytes) {
  if (!NLMSG_OK(header, bytes) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return {};
  if (header->nlmsg_len < NLMSG_LENGTH(sizeof(unix_diag_msg))) return {};
  auto* row = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
  size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *row);
  const auto* field = reinterpret_cast<const rtattr*>(row + 1);
  for (; RTA_OK(field, left); field = RTA_NEXT(field, left))
    if (field->rta_type == UNIX_DIAG_RQLEN)
      return static_cast<const unix_diag_rqlen*>(RTA_DATA(field))->udiag_rqueue;
  return {};
}

// It is nothing where the kernel lacks this.
std::optional<uint32_t> queue_of_local(int listener) {
  struct stat status {};
  const UniqueFd asked(
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!asked || fstat(listener, &status) != 0) return {};
  struct {
    nlmsghdr header;
    unix_diag_req request;
  } question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = AF_UNIX;
  question.request.udiag_states = UINT32_MAX;
  question.request.udiag_ino = static_cast<uint32_t>(status.st_ino);
  question.request.udiag_show = UDIAG_SHOW_RQLEN;
  std::fill(std::begin(question.request.udiag_cookie), std::end(question.request.udiag_cookie),
            UINT32_MAX);
  if (send(asked.get(), &question, sizeof question, 0) != sizeof question) return {};
  alignas(nlmsghdr) std::array<char, 4096> answer;
  const ssize_t n = recv(asked.get(), answer.data(), answer.size(), 0);
  if (n <= 0) return {};
  return length_in(reinterpret_cast<const nlmsghdr*>(answer.data()), static_cast<size_t>(n));
}

bool waits(int fd, short event) {
  pollfd looked{fd, event, 0};
  return poll(&looked, 1, 0) == 1 && (looked.revents & event) != 0;
}

}  // namespace

uint32_t queue_at(int listener) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) return info.tcpi_unacked;
  // It is one look at the socket, where the other is a question to the kernel.
  if (!waits(listener, POLLIN)) return 0;
  return std::max(queue_of_local(listener).value_or(1), 1U);
}

}  // namespace muster
