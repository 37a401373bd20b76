// Every limit that the protocol or the router keeps, each with its reason. Sizes are bytes unless
// named otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::limits {

// A line longer than this is cut into pieces: a piece must fit a window with room to spare.
inline constexpr size_t line_piece = 64 << 10;
// The bytes that a stream may hold between its pipe and the journal. A multiple of the page size,
// at least 2 * line_piece, so that an unfinished piece can always be moved to the front without
// overlapping itself.
inline constexpr size_t window = 256 << 10;
// The bytes that a pipe may hold while we are away. The kernel's default ceiling for unprivileged
// users.
inline constexpr size_t pipe = 1 << 20;
// A line that is not finished after this long is shown as it is.
inline constexpr auto partial_after = std::chrono::seconds(1);
// The bytes that `ctl` joins of a line that was cut; beyond it the pieces are shown as lines of
// their own.
inline constexpr size_t joined_line = 4 << 20;

// A message on the control socket: the largest honest one is a run with a big environment.
inline constexpr size_t control_message = 1 << 20;
// A reply: the largest is the table of all processes, each with a command of some 3 KiB.
inline constexpr size_t control_reply = 16 << 20;
// Elements in any array or map of a control message: all processes and one-offs, with room.
inline constexpr size_t control_elements = 8192;
// Nesting of a control message: its map, a list or map in it, a pair.
inline constexpr size_t control_depth = 4;
// A payload of the bus: a window's worth of empty lines, two bytes each, and a header.
inline constexpr size_t bus_payload = 1 << 20;
inline constexpr size_t bus_topic = 128;
// The text of an event, and the command in it: each is shown as one line, and no line is longer.
inline constexpr size_t event_text = line_piece;
// USER@HOST: 32 bytes of the one and 64 of the other are what Linux allows, with room.
inline constexpr size_t by = 128;
// By which a client finds its one-off again: 128 bits in hexadecimal digits, with room.
inline constexpr size_t token = 64;
// A command and a note in the table of all processes, so that it fits into a reply with all of
// them.
inline constexpr size_t row_text = 1536;
// Any other sentence of a reply.
inline constexpr size_t reply_text = 4 << 10;
// Sentences in a reply's list of them; a person does not read more.
inline constexpr size_t reply_sentences = 256;

// A record of the journal, its header included. The largest is a checkpoint, which names each topic
// that the journal has: a hundred bytes for each of half a million one-offs within the retention.
inline constexpr size_t journal_record = 64 << 20;

// Processes of one app, all types together: 2 pipes and a window of 2 * 256 KiB address space each.
inline constexpr uint32_t processes = 4096;
// Attached and detached one-offs at one time.
inline constexpr uint32_t one_offs = 256;
inline constexpr size_t type_name = 63;
// A Procfile or .env file. Real ones have a few KiB; it is read into memory whole.
inline constexpr size_t config_file = 1 << 20;
// Variables of one .env file, and config vars: more do not fit beside a command line in what execve
// takes.
inline constexpr size_t variables = 4096;
// All config vars of an app, names and values: half of what one string of execve may have. Fifty
// releases of that are written at each change.
inline constexpr size_t config_vars = 64 << 10;
inline constexpr size_t config_name = 255;
// The limits that a one-off may be given: memory and disk in bytes, processors in hundredths, its
// time. More than any machine has, and small enough to be added to any clock.
inline constexpr uint64_t quota_bytes = uint64_t{1} << 60;
inline constexpr uint32_t quota_cpu = 1'000'000;
inline constexpr auto longest_time = std::chrono::hours(24 * 366);
// Attached one-offs, and requests that wait for their answers, of one client.
inline constexpr size_t one_offs_of_client = 64, waiting_of_client = 64;
// Words and variables of all one-offs that run: they are remembered, and kept in the ledger.
inline constexpr size_t one_off_words = 32 << 20;

// Bytes of replay or of a one-off's output that may be under way to one client before it must grant
// more.
inline constexpr uint32_t credit_messages = 16;
inline constexpr size_t replay_message = 256 << 10;
// Frames of one reply: a replay's message of nothing but the smallest records, two for each.
inline constexpr size_t most_frames = 2 * replay_message / 16;
// A message of what a process prints to an attached client: a person sees it in small bites.
inline constexpr size_t output_message = 64 << 10;

// Those that a reader on the other side of a socket or a file enforces. Each is kept by the writer,
// which tests/unit/router/limits_test.cc proves row by row.
struct Row {
  std::string_view what;
  uint64_t most;
};
inline constexpr Row table[] = {
    {"a request", control_message},
    {"a reply", control_reply},
    {"elements in a list or map of a message", control_elements},
    {"nesting of a message", control_depth},
    {"a topic", bus_topic},
    {"a payload", bus_payload},
    {"a line, or piece of one", line_piece},
    {"the text of an event", event_text},
    {"who asked", by},
    {"frames of a reply", most_frames},
    {"a record of the journal", journal_record},
};

}  // namespace muster::limits
