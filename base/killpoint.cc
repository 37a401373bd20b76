// See killpoint.h. A successor passes by the same places: it is spared, unless as many in a row are
// to die as MUSTER_KILLPOINT=NAME:N:TIMES says.
#include "base/killpoint.h"

#ifdef MUSTER_KILLPOINTS
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace muster {
namespace {

constexpr struct {
  Killpoint point;
  const char* name;
} names[] = {
    {Killpoint::step_decided, "step_decided"},
    {Killpoint::model_kept, "model_kept"},
    {Killpoint::step_kept, "step_kept"},
    {Killpoint::action_done, "action_done"},
    {Killpoint::launch_deposited, "launch_deposited"},
    {Killpoint::launch_forked, "launch_forked"},
    {Killpoint::launch_noted, "launch_noted"},
    {Killpoint::asking_kept, "asking_kept"},
    {Killpoint::asking_sent, "asking_sent"},
    {Killpoint::exit_told, "exit_told"},
    {Killpoint::exit_released, "exit_released"},
    {Killpoint::launch_over, "launch_over"},
    {Killpoint::launch_forgotten, "launch_forgotten"},
    {Killpoint::window_filled, "window_filled"},
    {Killpoint::record_journaled, "record_journaled"},
    {Killpoint::record_published, "record_published"},
    {Killpoint::recovery_begun, "recovery_begun"},
    {Killpoint::recovery_said, "recovery_said"},
    {Killpoint::recovery_adopted, "recovery_adopted"},
    {Killpoint::recovery_ended, "recovery_ended"},
};

struct Wanted {
  Killpoint point{};
  unsigned hits = 0;  // 0: none is wanted
};

Wanted wanted_by_environment() {
  const char* text = std::getenv("MUSTER_KILLPOINT");
  const char* deaths = std::getenv("MUSTER_KEEPER_DEATHS");
  char name[64] = "";
  unsigned hits = 0, times = 1;
  if (!text || std::sscanf(text, "%63[^:]:%u:%u", name, &hits, &times) < 2) return {};
  if (deaths && static_cast<unsigned>(std::atoi(deaths)) >= times) return {};
  for (auto& row : names)
    if (std::strcmp(row.name, name) == 0) return {row.point, hits};
  std::fprintf(stderr, "MUSTER_KILLPOINT: there is no %s\n", name);
  std::_Exit(2);
}

// As it was when the program began: what is only for the keeper is taken out of the environment.
Wanted wanted_point = wanted_by_environment();

}  // namespace

void killpoint(Killpoint point) {
  if (wanted_point.hits > 0 && wanted_point.point == point && --wanted_point.hits == 0)
    raise(SIGKILL);
}

void poisonpoint(std::string_view bytes) {
  static const char* poison = std::getenv("MUSTER_POISON");
  if (poison && bytes.find(poison) != std::string_view::npos) std::abort();
}

}  // namespace muster
#endif
