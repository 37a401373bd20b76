// See http_answer.h.
#include "drain/core/http_answer.h"

#include <fmt/format.h>

#include "base/terminal_text.h"

namespace muster::drain {
namespace {

Answer::Kind kind_of(long status) {
  if (status >= 200 && status < 300) return Answer::Kind::accepted;
  switch (status) {
    case 408:
    case 425:
    case 429:
      return Answer::Kind::later;
    case 401:
    case 403:
    case 404:
    case 407:
      return Answer::Kind::unwelcome;
    default:
      break;
  }
  if (status >= 500) return Answer::Kind::later;
  // A redirection is not followed: it would carry the password elsewhere.
  return status >= 400 ? Answer::Kind::refused : Answer::Kind::unwelcome;
}

}  // namespace

Answer answer_of(long status, std::optional<Nanos> retry_after, std::string_view body) {
  Answer answer{kind_of(status), fmt::format("the receiver answers {}", status), {}};
  if (!body.empty()) {
    answer.why += ": ";
    append_terminal_safe(body.substr(0, 200), answer.why);
  }
  if (answer.kind == Answer::Kind::later) answer.retry_after = retry_after;
  return answer;
}

}  // namespace muster::drain
