// Bytes that end the daemon whenever it reads them. How many supervisors died of an error of their
// own while they worked on a certain byte of a stream is kept in the stream's window, where the
// next one finds it. A router that is killed (SIGKILL) is no witness: no bytes can be guilty of
// that.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "router/window.h"

namespace muster {

// So many may die of the same byte before it is passed over.
constexpr uint32_t deaths_of_poison = 3;

// As long as one is there, this thread works on the bytes of the window from `position` on. There
// is one at a time.
class Suspicion {
 public:
  Suspicion(WindowControl& control, uint64_t position);
  ~Suspicion();
  Suspicion(const Suspicion&) = delete;
  Suspicion& operator=(const Suspicion&) = delete;
};

// For the handler of SIGSEGV, SIGABRT and the like: async-signal-safe.
void note_fatal_error();

// Whether what comes next in the window has killed too many.
bool is_poison(const Window& window);

// Whether what was there from that byte of its stream on has been passed over for that.
bool was_set_aside(const Window& window, uint64_t from);

// Writes it, durably, into a file of its own in `directory`, and returns its path.
Result<std::string> keep_poison(const std::string& directory, const std::string& name,
                                std::string_view bytes);

}  // namespace muster
