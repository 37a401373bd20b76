// See http_sink.h.
#include "drain/sinks/http_sink.h"

#include <fmt/format.h>

#include "drain/core/http_answer.h"
#include "proto/version.h"

namespace muster::drain {
namespace {

constexpr long connect_ms = 3'000, whole_ms = 15'000;
constexpr size_t most_said = 1024;  // of an answer's body

}  // namespace

HttpSink::HttpSink(Loop& loop, SinkSetup setup, OnAnswer on_answer)
    : setup_(std::move(setup)),
      on_answer_(std::move(on_answer)),
      transfers_(loop, [this](CURLcode result, const UniqueFd&) { on_done(result); }),
      easy_(curl_easy_init()) {
  set_up();
}

HttpSink::~HttpSink() {
  transfers_.remove(easy_.get());
  curl_slist_free_all(headers_);
}

void HttpSink::set_up() {
  CURL* easy = easy_.get();
  const Url& url = setup_.url;
  curl_easy_setopt(easy, CURLOPT_URL, url.request.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, whole_ms);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, problem_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, fmt::format("Muster/{}", version).c_str());
  if (!setup_.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, setup_.ca.c_str());
  if (url.user.empty() && url.password.empty()) return;
  curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  curl_easy_setopt(easy, CURLOPT_USERNAME, url.user.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, url.password.c_str());
}

void HttpSink::set_headers(const Send& part) {
  curl_slist_free_all(std::exchange(headers_, nullptr));
  const auto add = [this](const std::string& header) {
    headers_ = curl_slist_append(headers_, header.c_str());
  };
  // Otherwise libcurl waits for a "100 Continue" with a large body.
  add("Expect:");
  if (setup_.url.kind == SinkKind::webhook) {
    add("Content-Type: application/x-ndjson");
    add("Muster-Batch-Id: " + part.id);
  } else {
    add("Content-Type: application/logplex-1");
    add(fmt::format("Logplex-Msg-Count: {}", body_.messages));
    add("Logplex-Frame-Id: " + part.id);
    add("Logplex-Drain-Token: " + setup_.token);
  }
}

void HttpSink::send(const Send& part) {
  const std::span lines(part.batch->lines.data() + part.begin, part.end - part.begin);
  body_ = setup_.url.kind == SinkKind::webhook ? json_body(setup_.names, part.batch->journal, lines)
                                               : logplex_body(setup_.names, lines);
  set_headers(part);
  said_.clear();
  problem_[0] = 0;
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.bytes.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body_.bytes.data());
  transfers_.add(easy);
}

size_t HttpSink::on_body(char* bytes, size_t size, size_t count, void* self) {
  std::string& said = static_cast<HttpSink*>(self)->said_;
  said.append(bytes, std::min(size * count, most_said - said.size()));
  return size * count;
}

void HttpSink::on_done(CURLcode result) {
  if (result != CURLE_OK) {
    const std::string why = why_failed(easy_.get(), result, problem_.data());
    return on_answer_({Answer::Kind::later, without_secrets(why, setup_.url), {}});
  }
  long status = 0;
  curl_off_t wait_s = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait_s);
  std::optional<Nanos> wait;
  if (wait_s > 0) wait = std::chrono::seconds(std::min<curl_off_t>(wait_s, 86'400));
  on_answer_(answer_of(status, wait, without_secrets(said_, setup_.url)));
}

}  // namespace muster::drain
