// See message.h. The names are those of the wire.
#include "proto/message.h"

#include "base/check.h"

namespace muster {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::no:
      return "no";
    case Refusal::usage:
      return "usage";
    case Refusal::gone:
      return "gone";
    case Refusal::late:
      return "late";
  }
  CHECK(false, "refusal {}", int(refusal));
}

}  // namespace muster
