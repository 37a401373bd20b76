// The way to a daemon on another machine: finds it there, has its sockets brought here, and keeps
// what was found for as long as the connection is kept, so that the next command costs no call of
// ssh. Keeps: a connection that is dead is replaced before a command is sent; one at a time does
// so.
#pragma once

#include <string>

#include "ctl/remote/ssh.h"
#include "ctl/session.h"

namespace muster {

class FarLink {
 public:
  // `app` may be empty: then the far side says which there are. `quiet` as for ssh.
  static Outcome<FarLink> to(FarHost host, std::string app, bool quiet);

  // A daemon that answers. Tells on stderr where versions differ.
  Outcome<Endpoints> open();
  // Whether `open` has failed only because the app's daemon does not run there.
  bool is_down() const { return is_down_; }
  // `ctl WORDS` over there, on a connection that stands, with our standard descriptors; its exit
  // status.
  Outcome<int> run_there(const std::vector<std::string>& words) const;
  // The lines that `ctl WORDS` prints over there, called outside of any app's directory.
  Outcome<std::string> output_there(const std::vector<std::string>& words) const;

 private:
  FarLink(FarHost host, std::string app, std::string directory, bool quiet);
  Outcome<Endpoints> open_anew();
  Outcome<struct Where> ask_where();
  Outcome<Endpoints> bring_sockets(const Where& where);
  std::optional<Endpoints> kept() const;
  void keep(const Endpoints& endpoints, const Where& where) const;
  void forget_all() const;
  void drop_dead_connection() const;
  std::string kept_file() const { return directory_ + "/app." + app_; }
  Endpoints endpoints_at(const std::string& sockets, const std::string& by) const;
  Failure failure_of_ssh(const Ssh::Done& done) const;
  Failure why_not(const Where& where);
  void tell_versions(const std::string& ctl, const Endpoints& endpoints) const;

  FarHost host_;
  std::string app_, directory_;
  bool quiet_, is_down_ = false;
  Ssh ssh_;
};

}  // namespace muster
