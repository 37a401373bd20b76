// Every limit that the protocol or the router keeps, each with its reason. Sizes are bytes unless
// named otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muster::limits {

// A line longer than this is cut into pieces: a piece must fit a window with room to spare.
inline constexpr size_t line_piece = 64 << 10;
// What one stream may hold between its pipe and the journal. A multiple of the page size, at least
// 2 * line_piece, so that an unfinished piece can always be moved to the front without overlapping
// itself.
inline constexpr size_t window = 256 << 10;
// What one pipe may hold while we are away. The kernel's default ceiling for unprivileged users.
inline constexpr size_t pipe = 1 << 20;
// A line that is not finished after this long is shown as it is.
inline constexpr auto partial_after = std::chrono::seconds(1);
// What `ctl` joins of a line that was cut; beyond it the pieces are shown as lines of their own.
inline constexpr size_t joined_line = 4 << 20;

// One message on the control socket: the largest honest one is a run with a big environment.
inline constexpr size_t control_message = 1 << 20;
// One reply: the largest is the table of all processes, each with a command of some 3 KiB.
inline constexpr size_t control_reply = 16 << 20;
// Elements in any array or map of a control message: all processes and one-offs, with room.
inline constexpr size_t control_elements = 8192;
// Nesting of a control message: its map, a list or map in it, a pair.
inline constexpr size_t control_depth = 4;
// One payload of the bus: a window's worth of empty lines, two bytes each, and a header.
inline constexpr size_t bus_payload = 1 << 20;
inline constexpr size_t bus_topic = 128;

// Processes of one app, all types together: 2 pipes and a window of 2 * 256 KiB address space each.
inline constexpr uint32_t processes = 4096;
// Attached and detached one-offs at one time.
inline constexpr uint32_t one_offs = 256;
inline constexpr size_t type_name = 63;
// A Procfile or .env file. Real ones have a few KiB; it is read into memory whole.
inline constexpr size_t config_file = 1 << 20;
// Variables of one .env file: more do not fit beside a command line in what execve takes.
inline constexpr size_t variables = 4096;
// All config vars of an app, names and values: half of what one string of execve may have. Fifty
// releases of that are written at each change.
inline constexpr size_t config_vars = 64 << 10;
inline constexpr size_t config_name = 255;

// Bytes of replay or of a one-off's output that may be under way to one client before it must grant
// more.
inline constexpr uint32_t credit_messages = 16;
inline constexpr size_t replay_message = 256 << 10;
// One message of what a process prints to who is attached: a person sees it in small bites.
inline constexpr size_t output_message = 64 << 10;

}  // namespace muster::limits
