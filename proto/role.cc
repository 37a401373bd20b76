// See role.h.
#include "proto/role.h"

#include "base/check.h"

namespace muster {

std::string_view name_of(Role role) {
  switch (role) {
    case Role::read:
      return "read";
    case Role::operate:
      return "operate";
    case Role::admin:
      return "admin";
  }
  CHECK(false, "role {}", int(role));
}

}  // namespace muster
