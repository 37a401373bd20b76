// The outcome of a call that can fail, and the one way to word an error: outermost first, "what:
// why". Result<T> is for failures of a request or a system call. What the world does on its own (a
// child exits) is an event, and a bug is a CHECK.
#pragma once

#include <fmt/format.h>
#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

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

template <class... Args>
tl::unexpected<Error> fail(fmt::format_string<Args...> text, Args&&... args) {
  return tl::unexpected(Error{fmt::format(text, std::forward<Args>(args)...)});
}

// As `fail`, followed by ": " and the system's words for `error_number`.
template <class... Args>
tl::unexpected<Error> fail_errno(int error_number, fmt::format_string<Args...> text,
                                 Args&&... args) {
  return fail("{}: {}", fmt::format(text, std::forward<Args>(args)...),
              std::strerror(error_number));
}

// Passes an error on with what was being attempted put before it.
template <class... Args>
tl::unexpected<Error> within(const Error& inner, fmt::format_string<Args...> text, Args&&... args) {
  return fail("{}: {}", fmt::format(text, std::forward<Args>(args)...), inner.message);
}

}  // namespace muster
