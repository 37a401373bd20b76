// The version of what the daemon and muster-exec say to each other: arguments and reports.
#pragma once

namespace muster {

// Grows whenever one of an older version would not be understood.
inline constexpr unsigned exec_format = 1;

}  // namespace muster
