// Log lines for programs, as LogJson writes them.
#include "proto/log_json.h"
#include "ctl/printers/log_printer.h"

namespace muster {
namespace {

class JsonPrinter : public LogPrinter {
 public:
  void print(const JoinedLine& line, std::string& out) override { json_.line(line, out); }
  void print(const EventRecord& event, std::string& out) override { json_.event(event, out); }
  void print_lost(const LostRecords& lost, WallTime now, std::string& out) override {
    json_.lost(lost, now, out);
  }
  void print_anew(WallTime now, std::string& out) override { json_.anew(now, out); }

 private:
  LogJson json_;
};

}  // namespace

std::unique_ptr<LogPrinter> make_json_printer() { return std::make_unique<JsonPrinter>(); }

}  // namespace muster
