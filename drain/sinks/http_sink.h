// Batches by HTTP: Heroku's drain format, or JSON lines for any webhook. A request is one batch,
// with its id in a header that is the same for every repeat: libcurl itself may send one twice.
#pragma once

#include <array>

#include "drain/sinks/sink.h"
#include "drain/sinks/transfers.h"

namespace muster::drain {

class HttpSink : public Sink {
 public:
  HttpSink(Loop& loop, SinkSetup setup, OnAnswer on_answer);
  ~HttpSink() override;
  void send(const Send& part) override;

 private:
  static size_t on_body(char* bytes, size_t size, size_t count, void* self);
  void on_done(CURLcode result);
  void set_up();
  void set_headers(const Send& part);

  SinkSetup setup_;
  OnAnswer on_answer_;
  Transfers transfers_;
  Easy easy_;
  curl_slist* headers_ = nullptr;
  Body body_;  // libcurl reads it until the answer has come
  std::string said_;
  std::array<char, CURL_ERROR_SIZE> problem_{};
};

}  // namespace muster::drain
