// See alarm_list.h.
#include "daemon/edge/report/alarm_list.h"

#include <fmt/chrono.h>
#include <algorithm>
#include <ctime>

namespace muster {
namespace {

std::string clock_text(WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:%H:%M:%S}", parts);
}

}  // namespace

void AlarmList::add(const std::string& text, Now now) {
  std::erase_if(past_, [&](auto& past) { return past.text == text; });
  past_.push_back({text, now});
  if (past_.size() > most) past_.pop_front();
}

void AlarmList::say(std::string text) {
  if (lasting_.size() < most) lasting_.push_back(std::move(text));
}

std::vector<std::string> AlarmList::all(Now now) const {
  std::vector<std::string> texts = lasting_;
  for (auto& past : past_)
    if (now.mono - past.at.mono < shown_for)
      texts.push_back(fmt::format("{} ({})", past.text, clock_text(past.at.wall)));
  return texts;
}

}  // namespace muster
