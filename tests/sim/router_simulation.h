// A seed is a life of an app's output: the real router with real pipes and windows on a simulated
// disk, killed at any operation and opened again, with children that print, end and start, and
// subscribers that miss what they please. Checked all the time: what entered is what was journaled,
// what was published had been journaled, the numbers are unbroken; and in the end, when nothing
// fails any more: everything that entered has been journaled or was said to be dropped, and every
// subscriber has everything but what it was told is gone.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "proto/message.h"
#include "router/window.h"
#include "sim_disk.h"

namespace muster::sim {

// Changes what the router did, behind its back: plants a violation, to show that it is found.
struct RouterTamper {
  TamperWrite write;                              // what is written to the journal
  std::function<void(WindowControl&)> window;     // what a kill leaves
  std::function<void(std::string& bytes)> pipe;   // what comes out of a pipe
  std::function<void(std::string& payload)> bus;  // what is published
  std::function<bool(uint64_t seq)> delivery;     // whether a subscriber is given a record
  std::optional<SeqRange> gone;                   // what subscribers are told is lost
};

// The fault that was found; an empty text is good news.
std::optional<std::string> simulate_router(uint64_t seed, const RouterTamper& tamper = {});

}  // namespace muster::sim
