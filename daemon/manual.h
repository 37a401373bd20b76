// musterd(8), as troff: made from the table of options that `musterd --help` is made from.
#pragma once

#include <string>

namespace muster {

std::string manual_of_daemon();

}  // namespace muster
