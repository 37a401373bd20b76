// The file of windows: a page with a header, then chunks of 64 slots: their control blocks, then
// their data. Only for the sources of window.h.
#pragma once

#include "router/window.h"

namespace muster::window_layout {

struct FileHeader {
  char magic[8] = {'M', 'U', 'S', 'T', 'W', 'I', 'N', '1'};
  uint64_t window = limits::window;
};

constexpr size_t header_bytes = 4096;
constexpr uint32_t chunk_slots = 64;
constexpr size_t chunk_control = chunk_slots * sizeof(WindowControl);
constexpr size_t chunk_bytes = chunk_control + chunk_slots * limits::window;
// Two streams for each process and one-off, and some that are closing while others start.
constexpr uint32_t max_slots = 2 * (limits::processes + limits::one_offs) + 512;

static_assert(limits::window >= 2 * limits::line_piece);
static_assert(chunk_control % 4096 == 0 && limits::window % 4096 == 0);

// Whether a new file may have a window at least; one that has some is taken as it is.
bool has_room(int file);

}  // namespace muster::window_layout
