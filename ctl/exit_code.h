// The meaning of ctl's exit status; the same for every verb. Only `run` also passes on the status
// of what it ran.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace muster {

enum class ExitCode : int {
  done = 0,
  no = 1,         // understood, and the answer is no
  usage = 2,      // the command line is wrong
  no_daemon = 3,  // nothing runs the app
  timeout = 4,    // the daemon runs but did not answer in time
};

// Why a verb could not do what it was asked. main says it on stderr and exits with the code.
struct Failure {
  ExitCode code;
  std::string message;  // one sentence or several lines; says what to do
};

template <class T = void>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> failure(ExitCode code, std::string message) {
  return tl::unexpected(Failure{code, std::move(message)});
}

// The status of verbs that have nothing to add.
inline constexpr int status_done = static_cast<int>(ExitCode::done);

}  // namespace muster
