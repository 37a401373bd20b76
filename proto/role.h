// How much a connection may ask for. Keeps: each role may make all requests of the ones before it;
// verb.h says which request takes which.
#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

enum class Role : uint8_t {
  read,     // sees what runs and what it prints; changes nothing
  operate,  // starts, stops and counts what is there
  admin,    // has any code run as the daemon
};
std::string_view name_of(Role role);  // "read", "operate", "admin"

}  // namespace muster
