// Whether a daemon on another machine is still there, judged by how long it has said nothing.
// Keeps: a daemon that answers is never given up, and a connection that is dead is told within
// seconds.
#pragma once

#include <optional>

#include "proto/client.h"
#include "proto/far_side.h"

namespace muster {

// "app 'shop'", and on which machine that is.
std::string called(const Endpoints& endpoints);

// The first words with a far daemon, before it is told anything: fails if there is none, or if it
// does not answer within 2 s. No question goes to a daemon that was heard just now.
ClientResult<> meet(Client& client, const Endpoints& endpoints);

// Looks in each reply of a server of CURVE for the key that is to replace its own.
void take_next_key(FarSide& far, const Reply& reply);

bool far_daemon_runs(const Endpoints& endpoints);

class FarWatch {
 public:
  // To be called now and then while an answer is awaited. Calls `ask` when the far side is to be
  // asked for a sign of life; fails when it is given up.
  template <class Ask>
  ClientResult<> check(const Endpoints& endpoints, MonoTime now, Ask ask) {
    if (!is_silent(*endpoints.far, now)) {
      asked_.reset();
      return {};
    }
    if (!asked_) {
      begin(now);
      if (ClientResult<> asked = ask(); !asked) return asked;
    }
    return judge(endpoints, now);
  }

 private:
  static bool is_silent(const FarSide& far, MonoTime now);
  void begin(MonoTime now);
  ClientResult<> judge(const Endpoints& endpoints, MonoTime now);

  std::optional<MonoTime> asked_;       // since when a sign of life is awaited
  MonoTime look_at_{};                  // when to look whether it can be reached at all
  std::optional<MonoTime> gone_since_;  // no daemon listens there
};

}  // namespace muster
