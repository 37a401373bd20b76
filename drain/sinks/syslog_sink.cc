// See syslog_sink.h. libcurl looks the host up and connects, trying its addresses side by side; the
// connection is ours from then on, because libcurl cannot close one half of it.
#include "drain/sinks/syslog_sink.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <cerrno>

namespace muster::drain {
namespace {

constexpr long tcp_connect_ms = 3'000;
// A receiver that takes nothing for so long, or does not end, is asked anew.
constexpr Nanos patience = 30s;
constexpr unsigned unanswered_ms = 30'000;

using Step = Tls::Step;

std::string address_of(const Url& url) {
  const bool is_ipv6 = url.host.find(':') != url.host.npos;
  return fmt::format("http://{}{}{}:{}", is_ipv6 ? "[" : "", url.host, is_ipv6 ? "]" : "",
                     url.port);
}

}  // namespace

SyslogSink::SyslogSink(Loop& loop, SinkSetup setup, OnAnswer on_answer)
    : loop_(loop),
      setup_(std::move(setup)),
      on_answer_(std::move(on_answer)),
      transfers_(loop,
                 [this](CURLcode result, UniqueFd connection) {
                   fd_ = std::move(connection);
                   on_connected(result);
                 }),
      deadline_(loop,
                [this] {
                  end({Answer::Kind::later, "the receiver has not ended the connection", {}});
                }),
      done_(loop, [this] {
        poll_.reset();
        tls_.reset();
        fd_.reset();
        on_answer_(answer_);
      }) {}

SyslogSink::~SyslogSink() {
  if (easy_) transfers_.remove(easy_.get());
}

void SyslogSink::send(const Send& part) {
  body_ = syslog_body(setup_.names,
                      std::span(part.batch->lines.data() + part.begin, part.end - part.begin));
  left_ = body_.bytes;
  stage_ = Stage::connecting;
  problem_[0] = 0;
  easy_.reset(curl_easy_init());
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, address_of(setup_.url).c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, tcp_connect_ms);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, problem_.data());
  transfers_.add(easy);
}

void SyslogSink::on_connected(CURLcode result) {
  if (result != CURLE_OK) {
    return end({Answer::Kind::later, why_failed(easy_.get(), result, problem_.data()), {}});
  }
  if (!fd_) return end({Answer::Kind::later, "no descriptor is left", {}});
  const unsigned most = unanswered_ms;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &most, sizeof most);
  stage_ = Stage::writing;
  if (setup_.url.tls) {
    const auto& options = setup_.url.options;
    const auto verify = options.find("verify");
    auto tls =
        Tls::open(fd_.get(),
                  {setup_.url.host, verify == options.end() || verify->second != "off", setup_.ca});
    if (!tls) return end({Answer::Kind::unwelcome, tls.message(), {}});
    tls_ = std::move(*tls);
    stage_ = Stage::shaking_hands;
  }
  poll_ = std::make_unique<Poll>(loop_, fd_.get(), [this] { go_on(); });
  deadline_.after(patience);
  go_on();
}

Result<Step> SyslogSink::write_plainly() {
  while (!left_.empty()) {
    const ssize_t n = ::send(fd_.get(), left_.data(), left_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Step::wants_write;
    if (n < 0) return fail_errno(errno, "write");
    left_.remove_prefix(static_cast<size_t>(n));
  }
  return Step::done;
}

Result<Step> SyslogSink::read_plainly() {
  char thrown_away[4096];
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), thrown_away, sizeof thrown_away, 0);
    if (n == 0) return Step::end;
    if (n < 0 && errno == EAGAIN) return Step::wants_read;
    if (n < 0 && errno != EINTR) return fail_errno(errno, "read");
  }
}

// A receiver that has ended before it got the last of it does not acknowledge that.
bool SyslogSink::is_all_taken() const {
  int unacknowledged = 0, problem = 0;
  socklen_t size = sizeof problem;
  return ::ioctl(fd_.get(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0 &&
         ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

Result<Step> SyslogSink::step() {
  switch (stage_) {
    case Stage::shaking_hands:
      return tls_->shake_hands();
    case Stage::writing:
      return tls_ ? tls_->write(left_) : write_plainly();
    case Stage::ending: {
      if (tls_)
        if (auto told = tls_->finish(); !told || *told != Step::done) return told;
      if (::shutdown(fd_.get(), SHUT_WR) != 0) return fail_errno(errno, "shutdown");
      return Step::done;
    }
    default:
      break;
  }
  // The end of TLS may be said before all was read; the end of the connection may not.
  if (tls_) {
    auto read = tls_->read();
    if (!read || *read != Step::end) return read;
    tls_.reset();
  }
  return read_plainly();
}

void SyslogSink::go_on() {
  if (stage_ == Stage::idle) return;
  for (;;) {
    const auto result = step();
    if (!result) {
      const bool is_handshake = stage_ == Stage::shaking_hands;
      return end(
          {is_handshake ? Answer::Kind::unwelcome : Answer::Kind::later, result.message(), {}});
    }
    if (*result == Step::wants_read) return poll_->watch(Poll::readable);
    if (*result == Step::wants_write) {
      deadline_.after(patience);
      return poll_->watch(Poll::writable);
    }
    if (stage_ == Stage::awaiting_end && is_all_taken()) return end({});
    if (*result == Step::end)
      return end({Answer::Kind::later, "the receiver has ended the connection too early", {}});
    stage_ = static_cast<Stage>(static_cast<int>(stage_) + 1);
  }
}

// The poll may be in its own callback, so a timer gives up what belongs to the connection.
void SyslogSink::end(const Answer& answer) {
  stage_ = Stage::idle;
  if (poll_) poll_->watch(Poll::nothing);
  deadline_.disarm();
  answer_ = answer;
  done_.after(0ms);
}

}  // namespace muster::drain
