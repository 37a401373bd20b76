// See result.h.
#include "base/result.h"

#include <cstring>

namespace muster {

tl::unexpected<Error> worded(fmt::string_view text, fmt::format_args args) {
  return tl::unexpected(Error{fmt::vformat(text, args)});
}

tl::unexpected<Error> worded_errno(int error_number, fmt::string_view text, fmt::format_args args) {
  return tl::unexpected(Error{fmt::vformat(text, args) + ": " + std::strerror(error_number)});
}

tl::unexpected<Error> worded_within(const Error& inner, fmt::string_view text,
                                    fmt::format_args args) {
  return tl::unexpected(Error{fmt::vformat(text, args) + ": " + inner.message});
}

}  // namespace muster
