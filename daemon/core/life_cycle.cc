// See life_cycle.h. The table is checked at compile time: every pair of state and event is written
// exactly once.
#include "daemon/core/life_cycle.h"

#include <array>
#include <iterator>

namespace muster {
namespace {

using enum ProcessState;
using S = ProcessState;
using E = LifeEvent;
using F = Effect;

struct Row {
  S state;
  E event;
  S next;
  F effect;
};

// clang-format off
constexpr Row rows[] = {
  {down,     E::start,     waiting,  F::prepare_afresh},
  {down,     E::stop,      down,     F::retire},
  {down,     E::restart,   waiting,  F::prepare_afresh},
  {down,     E::kill,      down,     F::retire},
  {down,     E::hang_up,   down,     F::never},
  {down,     E::launched,  down,     F::never},
  {down,     E::failed,    down,     F::never},
  {down,     E::ready,     down,     F::never},
  {down,     E::exited,    down,     F::never},
  {down,     E::abandoned, down,     F::never},
  {down,     E::gone,      down,     F::never},
  {down,     E::deadline,  down,     F::never},
  {down,     E::give_up,   down,     F::never},
  {down,     E::hung,      down,     F::never},
  {down,     E::met,       down,     F::never},

  {waiting,  E::start,     waiting,  F::none},
  {waiting,  E::stop,      down,     F::retire},
  {waiting,  E::restart,   waiting,  F::none},
  {waiting,  E::kill,      down,     F::retire},
  {waiting,  E::hang_up,   waiting,  F::never},
  {waiting,  E::launched,  waiting,  F::never},
  {waiting,  E::failed,    waiting,  F::never},
  {waiting,  E::ready,     waiting,  F::never},
  {waiting,  E::exited,    waiting,  F::never},
  {waiting,  E::abandoned, waiting,  F::never},
  {waiting,  E::gone,      waiting,  F::never},
  {waiting,  E::deadline,  waiting,  F::never},
  {waiting,  E::give_up,   waiting,  F::never},
  {waiting,  E::hung,      waiting,  F::never},
  {waiting,  E::met,       starting, F::launch},

  {starting, E::start,     starting, F::none},
  {starting, E::stop,      stopping, F::terminate},
  {starting, E::restart,   stopping, F::terminate_again},
  {starting, E::kill,      killing,  F::kill},
  {starting, E::hang_up,   stopping, F::terminate},
  {starting, E::launched,  starting, F::await_ready},
  {starting, E::failed,    starting, F::settle},
  {starting, E::ready,     up,       F::none},
  {starting, E::exited,    draining, F::drain},
  {starting, E::abandoned, stopping, F::sweep},
  {starting, E::gone,      starting, F::never},
  {starting, E::deadline,  starting, F::end_boot},
  {starting, E::give_up,   starting, F::never},
  {starting, E::hung,      killing,  F::kill_hung},
  {starting, E::met,       starting, F::never},

  {up,       E::start,     up,       F::none},
  {up,       E::stop,      stopping, F::terminate},
  {up,       E::restart,   stopping, F::terminate_again},
  {up,       E::kill,      killing,  F::kill},
  {up,       E::hang_up,   up,       F::hang_up},
  {up,       E::launched,  up,       F::never},
  {up,       E::failed,    up,       F::never},
  {up,       E::ready,     up,       F::none},            // it listens after R10
  {up,       E::exited,    draining, F::drain},
  {up,       E::abandoned, stopping, F::sweep},
  {up,       E::gone,      up,       F::never},
  {up,       E::deadline,  up,       F::run_out},
  {up,       E::give_up,   up,       F::never},
  {up,       E::hung,      killing,  F::kill_hung},
  {up,       E::met,       up,       F::never},

  {stopping, E::start,     stopping, F::wish_restart},
  {stopping, E::stop,      stopping, F::wish_rest},
  {stopping, E::restart,   stopping, F::wish_restart},
  {stopping, E::kill,      killing,  F::kill},
  {stopping, E::hang_up,   stopping, F::none},
  {stopping, E::launched,  stopping, F::repeat_signal},
  {stopping, E::failed,    stopping, F::settle},
  {stopping, E::ready,     stopping, F::none},
  {stopping, E::exited,    draining, F::drain},
  {stopping, E::abandoned, stopping, F::tell_rest},
  {stopping, E::gone,      stopping, F::settle},
  {stopping, E::deadline,  stopping, F::end_grace},
  {stopping, E::give_up,   stopping, F::never},
  {stopping, E::hung,      killing,  F::escalate},        // its grace is over
  {stopping, E::met,       stopping, F::never},

  {killing,  E::start,     killing,  F::wish_restart},
  {killing,  E::stop,      killing,  F::wish_rest},
  {killing,  E::restart,   killing,  F::wish_restart},
  {killing,  E::kill,      killing,  F::none},
  {killing,  E::hang_up,   killing,  F::none},
  {killing,  E::launched,  killing,  F::repeat_signal},
  {killing,  E::failed,    killing,  F::settle},
  {killing,  E::ready,     killing,  F::none},
  {killing,  E::exited,    draining, F::drain},
  {killing,  E::abandoned, killing,  F::none},
  {killing,  E::gone,      killing,  F::settle},
  {killing,  E::deadline,  killing,  F::kill_again},
  {killing,  E::give_up,   killing,  F::never},
  {killing,  E::hung,      killing,  F::never},
  {killing,  E::met,       killing,  F::never},

  {draining, E::start,     draining, F::wish_restart},
  {draining, E::stop,      draining, F::stop_reading},
  {draining, E::restart,   draining, F::wish_restart},
  {draining, E::kill,      draining, F::none},
  {draining, E::hang_up,   draining, F::none},
  {draining, E::launched,  draining, F::never},
  {draining, E::failed,    draining, F::never},
  {draining, E::ready,     draining, F::none},            // it was seen while it still listened
  {draining, E::exited,    draining, F::never},
  {draining, E::abandoned, draining, F::never},
  {draining, E::gone,      draining, F::settle},
  {draining, E::deadline,  draining, F::never},
  {draining, E::give_up,   draining, F::never},
  {draining, E::hung,      draining, F::never},
  {draining, E::met,       draining, F::never},

  {crashed,  E::start,     waiting,  F::prepare_afresh},
  {crashed,  E::stop,      down,     F::retire},
  {crashed,  E::restart,   waiting,  F::prepare_afresh},
  {crashed,  E::kill,      down,     F::retire},
  {crashed,  E::hang_up,   crashed,  F::never},
  {crashed,  E::launched,  crashed,  F::never},
  {crashed,  E::failed,    crashed,  F::never},
  {crashed,  E::ready,     crashed,  F::never},
  {crashed,  E::exited,    crashed,  F::never},
  {crashed,  E::abandoned, crashed,  F::never},
  {crashed,  E::gone,      crashed,  F::never},
  {crashed,  E::deadline,  waiting,  F::prepare},
  {crashed,  E::give_up,   failed,   F::give_up},
  {crashed,  E::hung,      crashed,  F::never},
  {crashed,  E::met,       crashed,  F::never},

  {complete, E::start,     waiting,  F::prepare_afresh},
  {complete, E::stop,      down,     F::retire},
  {complete, E::restart,   waiting,  F::prepare_afresh},
  {complete, E::kill,      down,     F::retire},
  {complete, E::hang_up,   complete, F::never},
  {complete, E::launched,  complete, F::never},
  {complete, E::failed,    complete, F::never},
  {complete, E::ready,     complete, F::never},
  {complete, E::exited,    complete, F::never},
  {complete, E::abandoned, complete, F::never},
  {complete, E::gone,      complete, F::never},
  {complete, E::deadline,  complete, F::never},
  {complete, E::give_up,   complete, F::never},
  {complete, E::hung,      complete, F::never},
  {complete, E::met,       complete, F::never},

  {failed,   E::start,     waiting,  F::prepare_afresh},
  {failed,   E::stop,      down,     F::retire},
  {failed,   E::restart,   waiting,  F::prepare_afresh},
  {failed,   E::kill,      down,     F::retire},
  {failed,   E::hang_up,   failed,   F::never},
  {failed,   E::launched,  failed,   F::never},
  {failed,   E::failed,    failed,   F::never},
  {failed,   E::ready,     failed,   F::never},
  {failed,   E::exited,    failed,   F::never},
  {failed,   E::abandoned, failed,   F::never},
  {failed,   E::gone,      failed,   F::never},
  {failed,   E::deadline,  failed,   F::never},
  {failed,   E::give_up,   failed,   F::never},
  {failed,   E::hung,      failed,   F::never},
  {failed,   E::met,       failed,   F::never},
};
// clang-format on

constexpr size_t states = std::size(process_states), events = std::size(life_events);
using Table = std::array<std::array<Cell, events>, states>;

constexpr size_t times_written(S state, E event) {
  size_t n = 0;
  for (auto& row : rows) n += row.state == state && row.event == event;
  return n;
}

constexpr bool every_cell_is_written_once() {
  for (S state : process_states)
    for (E event : life_events)
      if (times_written(state, event) != 1) return false;
  return std::size(rows) == states * events;
}
static_assert(every_cell_is_written_once());

constexpr Table make_table() {
  Table table{};
  for (auto& row : rows) table[size_t(row.state)][size_t(row.event)] = {row.next, row.effect};
  return table;
}
constexpr Table table = make_table();

}  // namespace

Cell cell(ProcessState state, LifeEvent event) { return table[size_t(state)][size_t(event)]; }

Cell settled(Wish wish, bool one_off) {
  if (one_off) return {complete, Effect::retire};
  switch (wish) {
    case Wish::run:
      return {crashed, Effect::back_off};
    case Wish::rest:
      return {down, Effect::retire};
    case Wish::restart:
      return {waiting, Effect::prepare_afresh};
    case Wish::finish:
      return {complete, Effect::retire};
  }
  return {down, Effect::never};
}

}  // namespace muster
