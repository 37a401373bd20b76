// The lines that load.c prints and check_lines.h verifies, 100 bytes with the newline:
//   @PPPPPPPP NNNNNNNNNNNN SSSSSSSSSSSSSSSSSSSS xxx...x\n
// P the writer's pid, N the line's number from 1 on, S its time in nanoseconds of CLOCK_MONOTONIC
// (0 where it does not matter), all decimal with leading zeros. The part before the @ is the
// tool's own tag. C and C++.
#pragma once

enum {
  line_mark = '@',
  line_pid = 1,
  line_pid_digits = 8,
  line_number = 10,
  line_number_digits = 12,
  line_stamp = 23,
  line_stamp_digits = 20,
  line_fill = 44,
  line_bytes = 100,  // with its newline
};
