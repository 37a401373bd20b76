// The service manager that has started us, if one has: it is told by datagrams, as sd_notify(3) has
// it. Keeps: it hears from the main process alone.
#pragma once

#include "daemon/keeper/ward.h"

namespace muster::keeper {

class Service {
 public:
  // As the environment has it; a watchdog counts if it is meant for this process.
  Service();

  void tell(const char* text) const;
  // Its watchdog is fed at half its time. `never`: it has none.
  Time next_sign() const { return next_sign_; }
  void give_sign(Time now);

 private:
  Time period_ = never, next_sign_ = never;
};

}  // namespace muster::keeper
