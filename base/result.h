// The outcome of a call that can fail, and the one way to word an error: outermost first, "what:
// why". Result<T> is for failures of a request or a system call. An event is something that the
// world does on its own (a child exits), and a bug is a CHECK. Nearly every file includes this one,
// so it names no more of fmt than the checked text of a message.
#pragma once

#include <fmt/core.h>
#include <string>
#include <tl/expected.hpp>

namespace muster {

struct Error {
  std::string message;
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;

  // The message of a failed result. Only to be called on one.
  const std::string& message() const { return this->error().message; }
};

// The class that the functions below are made of.
tl::unexpected<Error> worded(fmt::string_view text, fmt::format_args args);
tl::unexpected<Error> worded_errno(int error_number, fmt::string_view text, fmt::format_args args);
tl::unexpected<Error> worded_within(const Error& inner, fmt::string_view text,
                                    fmt::format_args args);

template <class... Args>
tl::unexpected<Error> fail(fmt::format_string<Args...> text, Args&&... args) {
  return worded(text, fmt::make_format_args(args...));
}

// As `fail`, followed by ": " and the system's words for `error_number`.
template <class... Args>
tl::unexpected<Error> fail_errno(int error_number, fmt::format_string<Args...> text,
                                 Args&&... args) {
  return worded_errno(error_number, text, fmt::make_format_args(args...));
}

// Passes an error on with what was being attempted put before it.
template <class... Args>
tl::unexpected<Error> within(const Error& inner, fmt::format_string<Args...> text, Args&&... args) {
  return worded_within(inner, text, fmt::make_format_args(args...));
}

}  // namespace muster
