// The user's own program `ssh`, so that its configuration, agents, keys and jumps count. Keeps: all
// calls share one connection at a socket of ours, which ssh ends when it was idle for a minute.
#pragma once

#include <sys/types.h>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ctl/remote/host.h"

namespace muster {

class Ssh {
 public:
  // `quiet`: asks the user for nothing, and gives up soon.
  Ssh(FarHost host, std::string master_socket, bool quiet);

  struct Done {
    int status = 0;  // 255 is ssh's own failure
    std::string out, err;
    bool in_time = true;
  };
  // A line for the shell over there. An error if there is no ssh.
  Result<Done> run(const std::string& line, std::optional<Nanos> timeout) const;
  // Has the sockets at `far` appear at `near`. The connection must stand.
  Result<Done> forward(const std::string& near_directory, const std::string& far_directory,
                       const std::vector<std::string>& names) const;
  void end_connection() const;
  // Goes on beside this program, with these for its standard descriptors.
  Result<pid_t> begin(const std::string& line, int in, int out, int err) const;
  // With the standard descriptors of this program; its exit status.
  Result<int> run_in_sight(const std::string& line, bool with_terminal) const;

  // Whether the process that holds the connection listens at its socket.
  bool is_connected() const;
  // Another one for each connection; empty: there is none.
  std::string connection() const;

 private:
  std::vector<std::string> words(const std::vector<std::string>& options) const;
  FarHost host_;
  std::string master_socket_;
  bool quiet_;
};

// The part of what ssh, or the far side, has said on stderr that is fit for a message: its last
// lines.
std::string last_lines(std::string_view text);

}  // namespace muster
