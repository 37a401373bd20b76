// The five fields of a crontab as calendar expressions of systemd. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Two where both kinds of days are restricted, because either is enough there; none where the text
// is no schedule.
std::vector<std::string> calendar_of(std::string_view cron);

}  // namespace muster
