// The numbers and names by which launches and clients are told apart.
#pragma once

#include <cstdint>
#include <string>

namespace muster {

using LaunchId = uint64_t;     // never used twice, also not by a later daemon
using ClientId = std::string;  // opaque: the address of a client at its socket

}  // namespace muster
