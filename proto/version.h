// The version that both programs report.
#pragma once

namespace muster {
inline constexpr const char* version = "0.1.0";
}
