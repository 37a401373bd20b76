// libcurl in the event loop. Keeps: its handles are added and removed outside of its own callbacks.
#pragma once

#include <curl/curl.h>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"

namespace muster::drain {

struct EasyEnd {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyEnd>;

// The reason why a transfer failed, for people; `problem` is what libcurl has written into its
// buffer for errors.
std::string why_failed(CURL* easy, CURLcode result, const char* problem);

class Transfers {
 public:
  // The connection, if it is still there, is a descriptor of the callback's own.
  using OnDone = std::function<void(CURLcode, UniqueFd connection)>;

  // `on_done` is told of a transfer that has been removed again.
  Transfers(Loop& loop, OnDone on_done);
  ~Transfers();
  Transfers(const Transfers&) = delete;

  void add(CURL* easy);
  void remove(CURL* easy);

 private:
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*);
  static int on_timer(CURLM*, long delay_ms, void* self);
  void act(curl_socket_t fd);
  static UniqueFd connection_of(CURL* easy);
  void take_done();

  OnDone on_done_;
  Loop& loop_;
  CURLM* multi_;
  std::map<curl_socket_t, std::unique_ptr<Poll>> polls_;
  std::vector<std::unique_ptr<Poll>> retired_;  // a callback may be theirs
  Timer timer_, sweep_;
};

}  // namespace muster::drain
