// The doors of tests to the times that the product waits: a variable of the environment, in
// milliseconds. Keeps: without the variable, or with no number in it, the usual time is waited.
#pragma once

#include "base/time.h"

namespace muster {

Nanos paced(const char* variable, Nanos usual);

}  // namespace muster
