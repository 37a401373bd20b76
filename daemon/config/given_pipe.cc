// See given_pipe.h.
#include "daemon/config/given_pipe.h"

#include <cstdlib>

#include "daemon/config/text_file.h"

namespace muster {
namespace {

constexpr Nanos patience = 5s;
// The kernel takes variables of 128 KiB.
constexpr size_t most_bytes = 100'000;

// Empty: it is the path of no descriptor of ours.
std::string variable_of(const std::string& path) {
  for (const std::string_view place : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(place)) continue;
    const std::string number = path.substr(place.size());
    if (number.empty() || number.find_first_not_of("0123456789") != number.npos) return {};
    return std::string(given_pipe_prefix) + number;
  }
  return {};
}

}  // namespace

void take_given_pipe(const std::string& path) {
  const std::string name = variable_of(path);
  if (name.empty()) return;
  const auto read = read_text_or_pipe(path, patience);
  if (!read || !read->text || read->text->size() > most_bytes) return;
  setenv(name.c_str(), read->text->c_str(), 1);
}

std::optional<std::string> given_text(const std::string& path) {
  const std::string name = variable_of(path);
  const char* text = name.empty() ? nullptr : std::getenv(name.c_str());
  return text ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace muster
