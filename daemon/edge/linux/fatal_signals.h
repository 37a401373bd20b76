// Signals by which a program ends that has made a mistake, or that its watchdog ends.
#pragma once

namespace muster {

// Calls `note` before the program ends by SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT as it would
// have anyway, with a core dump where one is made. `note` must be async-signal-safe.
void before_fatal_signals(void (*note)());

}  // namespace muster
