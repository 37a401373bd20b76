// Turns messages, signals and deaths into calls of Ward (the supervisor as a process) and Deposits
// (what is kept for it). Knows nothing of launches. State that must not be lost lies in `Kept`, a
// file in memory that outlives an exec of this program.
#pragma once

#include "daemon/keeper/deposits.h"
#include "daemon/keeper/service.h"
#include "daemon/keeper/ward.h"

namespace muster::keeper {

struct Kept {
  uint32_t format;
  uint32_t listing;  // `list` is being answered: behind this place
  bool is_listing;
  WardState ward;
  Deposits::Table deposits;
};

class Keeper {
 public:
  // `table` is the descriptor of `kept`, `continuing` the program and the arguments of the keeper
  // that replaces this one, `command` the supervisor's.
  Keeper(Kept& kept, int table, const Pace& pace, char** command, char** continuing);

  void adopt(int socket, pid_t supervisor);
  void pass_on(bool on) const;  // whether what is held shall outlive an exec
  int run(int signals);         // returns what to exit with

 private:
  bool take_message();
  void on_message(Parcel& parcel);
  void put(Parcel& parcel);
  void on_ready();
  void say_ready() const;
  void take_signals(int signals);
  void suspend();
  void list();
  bool bury();
  void reap_orphans();
  void upgrade();

  Kept& kept_;
  const int table_;
  char** const continuing_;
  Deposits deposits_;
  Ward ward_;
  Service service_;
  const int fd_limit_;
  Time now_ = read_clock();
  bool upgrade_asked_ = false;
};

}  // namespace muster::keeper
