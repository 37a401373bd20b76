// See refusal_log.h.
#include "serve/refusal_log.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "base/terminal_text.h"

namespace muster {
namespace {

constexpr Nanos pause = 1s;
constexpr size_t longest = 200;

}  // namespace

RefusalLog::RefusalLog(Loop& loop, std::string what)
    : what_(std::move(what)), pause_(loop, [this] { tell(); }) {}

void RefusalLog::add(const std::string& why) {
  last_.clear();
  append_terminal_safe(why.substr(0, longest), last_);
  ++untold_;
  if (!pause_.armed()) tell();
}

void RefusalLog::tell() {
  if (untold_ == 0) return;
  if (untold_ == 1)
    spdlog::warn("{}: {}", what_, last_);
  else
    spdlog::warn("{}: {} (the last of {})", what_, last_, untold_);
  untold_ = 0;
  pause_.after(pause);
}

}  // namespace muster
