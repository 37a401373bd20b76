// The version that both programs report.
#pragma once

namespace muster {
extern const char version[];
}
