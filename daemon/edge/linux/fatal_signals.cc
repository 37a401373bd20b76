// See fatal_signals.h.
#include "daemon/edge/linux/fatal_signals.h"

#include <signal.h>

#include <initializer_list>

namespace muster {
namespace {

void (*note_it)() = nullptr;

// Its disposition is the default again by now, so it ends the program as soon as we return.
void on_fatal_signal(int number) {
  note_it();
  raise(number);
}

}  // namespace

void before_fatal_signals(void (*note)()) {
  note_it = note;
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
#ifdef MUSTER_KILLPOINTS
  sigaction(SIGABRT, &action, nullptr);  // the others are the sanitizers', which report them
#else
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) sigaction(number, &action, nullptr);
#endif
}

}  // namespace muster
