// See bytes_under_way.h. Dropping takes effect a moment later, in libzmq's thread: whose bytes are
// about to be freed does not count as owing them.
#include "serve/bytes_under_way.h"

#include <algorithm>
#include <numeric>

namespace muster {

void BytesUnderWay::drop_who_owes_most() {
  const auto owed = [this] {
    return std::accumulate(debtors_.begin(), debtors_.end(), size_t{0},
                           [](size_t sum, Debtors* some) { return sum + some->owed(); });
  };
  const auto owes_less = [](Debtors* a, Debtors* b) { return a->most_owed() < b->most_owed(); };
  while (owed() > of_all) {
    auto most = std::max_element(debtors_.begin(), debtors_.end(), owes_less);
    if (most == debtors_.end() || (*most)->most_owed() == 0) return;
    (*most)->drop_most();
    dropped_++;
  }
}

}  // namespace muster
