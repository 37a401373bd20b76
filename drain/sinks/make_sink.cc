// The sink for each kind of address.
#include "drain/sinks/file_sink.h"
#include "drain/sinks/http_sink.h"
#include "drain/sinks/syslog_sink.h"

namespace muster::drain {

std::unique_ptr<Sink> make_sink(Loop& loop, const SinkSetup& setup, Sink::OnAnswer on_answer) {
  switch (setup.url.kind) {
    case SinkKind::syslog:
      return std::make_unique<SyslogSink>(loop, setup, std::move(on_answer));
    case SinkKind::file:
      return std::make_unique<FileSink>(loop, setup, std::move(on_answer));
    default:
      return std::make_unique<HttpSink>(loop, setup, std::move(on_answer));
  }
}

}  // namespace muster::drain
