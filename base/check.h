// CHECK(condition, "text {}", value): ends the process when the program itself is wrong, in every
// build. Not for input, requests or system calls: those return a Result.
#pragma once

#include <fmt/core.h>
#include <cstdlib>
#include <string>

namespace muster {

// Prints "FILE:LINE: check failed: CONDITION: TEXT" to stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const std::string& text);

}  // namespace muster

#define CHECK(condition, ...)                                                              \
  do {                                                                                     \
    if (!(condition)) [[unlikely]]                                                         \
      ::muster::check_failed(__FILE__, __LINE__, #condition, fmt::format("" __VA_ARGS__)); \
  } while (false)
