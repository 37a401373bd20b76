// See poison.h.
#include "router/poison.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "base/trusted_path.h"
#include "base/write_all.h"

namespace muster {
namespace {

// Plain memory for the thread that works, and for a handler that interrupts it.
std::atomic<WindowControl*> suspected = nullptr;
std::atomic<uint64_t> suspected_byte = 0;
static_assert(std::atomic<WindowControl*>::is_always_lock_free);

}  // namespace

Suspicion::Suspicion(WindowControl& control, uint64_t position) {
  suspected_byte.store(position, std::memory_order_relaxed);
  suspected.store(&control, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

Suspicion::~Suspicion() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  suspected.store(nullptr, std::memory_order_relaxed);
}

void note_fatal_error() {
  WindowControl* control = suspected.exchange(nullptr);
  if (!control) return;
  const uint64_t byte = suspected_byte.load();
  if (control->fatal_byte != byte) control->fatal_deaths = 0;
  control->fatal_byte = byte;
  control->fatal_deaths++;
}

bool is_poison(const Window& window) {
  const WindowControl& control = window.control();
  return control.fatal_deaths >= deaths_of_poison && control.fatal_byte == window.position() &&
         !window.unread().empty();
}

bool was_set_aside(const Window& window, uint64_t from) {
  const WindowControl& control = window.control();
  return control.fatal_deaths >= deaths_of_poison && control.fatal_byte == from &&
         from < window.position();
}

Result<std::string> keep_poison(const std::string& directory, const std::string& name,
                                std::string_view bytes) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return fail_errno(errno, "{}", directory);
  const std::string path = fmt::format("{}/{}", directory, name);
  const auto file = open_regular(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected(file.error());
  if (auto written = write_all(file->get(), bytes); !written)
    return within(written.error(), "{}", path);
  if (fdatasync(file->get()) != 0) return fail_errno(errno, "{}", path);
  return path;
}

}  // namespace muster
