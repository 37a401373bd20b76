// See safe_formatter.h.
#include "daemon/edge/report/safe_formatter.h"

#include <spdlog/pattern_formatter.h>

#include "base/terminal_text.h"

namespace muster {
namespace {

class SafeMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    std::string text;
    append_terminal_safe({message.payload.data(), message.payload.size()}, text);
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<SafeMessage>();
  }
};

}  // namespace

std::unique_ptr<spdlog::formatter> safe_formatter(std::string pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<SafeMessage>('*').set_pattern(std::move(pattern));
  return formatter;
}

}  // namespace muster
