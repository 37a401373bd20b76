// See transfers.h.
#include "drain/sinks/transfers.h"

#include <fcntl.h>
#include <cstring>

namespace muster::drain {

std::string why_failed(CURL* easy, CURLcode result, const char* problem) {
  std::string why = *problem != 0 ? problem : curl_easy_strerror(result);
  long number = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  if (result == CURLE_COULDNT_CONNECT && number != 0)
    why.append(": ").append(std::strerror(static_cast<int>(number)));
  return why;
}

Transfers::Transfers(Loop& loop, OnDone on_done)
    : on_done_(std::move(on_done)),
      loop_(loop),
      multi_(curl_multi_init()),
      timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT); }),
      sweep_(loop, [this] { retired_.clear(); }) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

Transfers::~Transfers() {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  polls_.clear();
  curl_multi_cleanup(multi_);
}

void Transfers::add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
void Transfers::remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

int Transfers::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& all = *static_cast<Transfers*>(self);
  auto& poll = all.polls_[fd];
  if (what == CURL_POLL_REMOVE) {
    if (poll) {
      poll->watch(Poll::nothing);
      all.retired_.push_back(std::move(poll));
    }
    all.polls_.erase(fd);
    all.sweep_.after(0ms);
    return 0;
  }
  if (!poll) poll = std::make_unique<Poll>(all.loop_, fd, [&all, fd] { all.act(fd); });
  int interest = Poll::nothing;
  if ((what & CURL_POLL_IN) != 0) interest |= Poll::readable;
  if ((what & CURL_POLL_OUT) != 0) interest |= Poll::writable;
  poll->watch(static_cast<Poll::Interest>(interest));
  return 0;
}

int Transfers::on_timer(CURLM*, long delay_ms, void* self) {
  auto& all = *static_cast<Transfers*>(self);
  if (delay_ms < 0)
    all.timer_.disarm();
  else
    all.timer_.after(std::chrono::milliseconds(delay_ms));
  return 0;
}

// No bits: libcurl looks itself what the socket is ready for.
void Transfers::act(curl_socket_t fd) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, 0, &running);
  take_done();
}

// libcurl closes its own descriptor of the connection when the transfer is removed.
UniqueFd Transfers::connection_of(CURL* easy) {
  curl_socket_t connected = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &connected);
  if (connected == CURL_SOCKET_BAD) return UniqueFd();
  return UniqueFd(::fcntl(connected, F_DUPFD_CLOEXEC, 0));
}

void Transfers::take_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    UniqueFd connection = connection_of(message->easy_handle);
    curl_multi_remove_handle(multi_, message->easy_handle);
    on_done_(result, std::move(connection));
  }
}

}  // namespace muster::drain
