// See life_cycle.h. Here: what its words are called, in the log, in notes and where a bug is told.
#include <utility>

#include "daemon/core/action.h"
#include "daemon/core/life_cycle.h"

namespace muster {

using enum ProcessState;
using E = LifeEvent;

std::string_view public_name(ProcessState state, Wish wish, bool one_off) {
  switch (state) {
    case down:
      return "down";
    case waiting:
      return "waiting";
    case starting:
      return "starting";
    case up:
      return "up";
    case stopping:
    case killing:
    case draining:
      if (wish == Wish::finish) return "complete";
      return wish != Wish::run ? "stopping" : one_off ? "complete" : "crashed";
    case crashed:
      return "crashed";
    case complete:
      return "complete";
    case failed:
      return "failed";
  }
  return "?";
}

std::string_view name_of(Wish wish) {
  switch (wish) {
    case Wish::run:
      return "run";
    case Wish::rest:
      return "rest";
    case Wish::restart:
      return "restart";
    case Wish::finish:
      return "finish";
  }
  return "?";
}

std::string_view name_of(Turn turn) {
  return turn == Turn::none ? "none" : turn == Turn::waiting ? "waiting" : "taken";
}

std::string_view name_of(ProcessState state) {
  switch (state) {
    case stopping:
      return "stopping";
    case killing:
      return "killing";
    case draining:
      return "draining";
    default:
      return public_name(state, Wish::run, false);
  }
}

std::string_view name_of(LaunchProgress progress) {
  switch (progress) {
    case LaunchProgress::asked:
      return "asked";
    case LaunchProgress::running:
      return "running";
    case LaunchProgress::exited:
      return "exited";
  }
  return "?";
}

std::string_view name_of(LifeEvent event) {
  constexpr std::pair<E, std::string_view> names[] = {
      {E::start, "start"},         {E::stop, "stop"},       {E::restart, "restart"},
      {E::kill, "kill"},           {E::hang_up, "hang_up"}, {E::launched, "launched"},
      {E::failed, "failed"},       {E::ready, "ready"},     {E::exited, "exited"},
      {E::abandoned, "abandoned"}, {E::gone, "gone"},       {E::deadline, "deadline"},
      {E::give_up, "give_up"},     {E::hung, "hung"},       {E::met, "met"}};
  for (auto& [named, name] : names)
    if (named == event) return name;
  return "?";
}

}  // namespace muster
