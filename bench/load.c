// A child that prints numbered lines (line_format.h) in one of several ways, as fast as any tool
// can take them. Waits for the others before it begins, and stays when it has printed all, so that
// its end is not part of what is measured.
//   bench_load bulk LINES       64 KiB writes
//   bench_load single LINES     one write per line
//   bench_load paced LINES HZ   one stamped line every 1/HZ s, at a phase of its own
//   bench_load idle             nothing
// In $BENCH_DIR: appends "PID NANOS" (CLOCK_MONOTONIC) to `ready`, waits until somebody opens the
// FIFO `go` for writing if there is one, and appends "PID BEGIN END" (CLOCK_REALTIME) to `done`.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/line_format.h"

enum { block_bytes = 64 << 10, block_lines = block_bytes / line_bytes + 2 };

static uint64_t nanos(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put(char* at, int digits, uint64_t value) {
  for (int i = digits - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
}

// The number at `at` becomes greater by `add`; `add` is small.
static void increase(char* at, unsigned add) {
  for (int i = line_number_digits - 1; add > 0 && i >= 0; i--) {
    unsigned digit = (unsigned)(at[i] - '0') + add;
    at[i] = (char)('0' + digit % 10);
    add = digit / 10;
  }
}

static void make_line(char* line, uint64_t number) {
  memset(line, 'x', line_bytes - 1);
  line[0] = line_mark;
  line[line_number - 1] = line[line_stamp - 1] = line[line_fill - 1] = ' ';
  put(line + line_pid, line_pid_digits, (uint64_t)getpid());
  put(line + line_number, line_number_digits, number);
  put(line + line_stamp, line_stamp_digits, 0);
  line[line_bytes - 1] = '\n';
}

static void write_all(const char* bytes, size_t size) {
  while (size > 0) {
    ssize_t n = write(1, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) exit(1);
    bytes += n;
    size -= (size_t)n;
  }
}

// Whole writes of 64 KiB, wherever that cuts a line, from a ring of lines that are renumbered as
// soon as they have been written.
static void print_bulk(uint64_t lines) {
  static char ring[2 * block_lines * line_bytes];
  const uint64_t in_ring = 2 * block_lines;
  for (uint64_t i = 0; i < in_ring; i++) make_line(ring + i * line_bytes, i + 1);
  uint64_t left = lines * line_bytes, at = 0, next = 0;
  while (left > 0) {
    size_t size = block_bytes;
    if (size > left) size = (size_t)left;
    if (size > sizeof ring - at) size = sizeof ring - at;
    write_all(ring + at, size);
    left -= size;
    at += size;
    for (; (next + 1) * line_bytes <= at; next++)
      increase(ring + next * line_bytes + line_number, (unsigned)in_ring);
    if (at == sizeof ring) at = next = 0;
  }
}

static void print_single(uint64_t lines) {
  char line[line_bytes];
  make_line(line, 1);
  for (; lines > 0; lines--) {
    write_all(line, sizeof line);
    increase(line + line_number, 1);
  }
}

static void print_paced(uint64_t lines, uint64_t hertz) {
  const uint64_t period = 1000000000u / hertz;
  uint64_t due = nanos(CLOCK_MONOTONIC) + (uint64_t)getpid() * 2654435761u % period;
  char line[line_bytes];
  make_line(line, 1);
  for (; lines > 0; lines--, due += period) {
    struct timespec t = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) continue;
    put(line + line_stamp, line_stamp_digits, nanos(CLOCK_MONOTONIC));
    write_all(line, sizeof line);
    increase(line + line_number, 1);
  }
}

static void note(const char* name, uint64_t first, uint64_t second) {
  char path[4096], text[80];
  snprintf(path, sizeof path, "%s/%s", getenv("BENCH_DIR"), name);
  int n = snprintf(text, sizeof text, "%d %llu %llu\n", (int)getpid(), (unsigned long long)first,
                   (unsigned long long)second);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, (size_t)n) != n) exit(1);
  close(fd);
}

static void wait_for_go(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/go", getenv("BENCH_DIR"));
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) close(fd);
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  uint64_t lines = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  if (!getenv("BENCH_DIR")) return 2;
  note("ready", nanos(CLOCK_MONOTONIC), 0);
  if (strcmp(mode, "idle") != 0) {
    wait_for_go();
    uint64_t begin = nanos(CLOCK_REALTIME);
    if (strcmp(mode, "bulk") == 0)
      print_bulk(lines);
    else if (strcmp(mode, "single") == 0)
      print_single(lines);
    else if (strcmp(mode, "paced") == 0 && argc > 3 && atoi(argv[3]) > 0)
      print_paced(lines, strtoull(argv[3], NULL, 10));
    else
      return 2;
    note("done", begin, nanos(CLOCK_REALTIME));
  }
  for (;;) pause();
}
