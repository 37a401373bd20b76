// People and programs that ask for this and that, sensible or not, from a vocabulary that the
// simulated app understands in part. Makes requests only; who checks the replies is the checker.
#pragma once

#include <map>
#include <optional>

#include "daemon/core/event.h"
#include "rng.h"

namespace muster::sim {

class Clients {
 public:
  explicit Clients(Rng& rng) : rng_(rng) {}

  // Something that happens from outside: mostly a request.
  Event next_event();
  AppModel some_model();

 private:
  RequestBody some_body();
  RequestBody change_of_release();
  std::vector<std::string> some_names(bool may_be_none);
  std::string some_name();
  std::optional<uint32_t> some_wait();
  std::string some_scale_word();
  Event request(RequestBody body);
  Event belonging_to_an_exchange();
  Event files_seen();

  Rng& rng_;
  std::map<ClientId, uint64_t> last_id_;
  uint64_t deployed_ = 0;  // the last checkout
};

}  // namespace muster::sim
