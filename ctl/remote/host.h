// A machine that ctl is to talk to, as a user says it: ssh://[USER@]HOST[:PORT][/APP],
// muster://HOST:PORT[/APP], or a name for one of these from the user's own list. Keeps: no part of
// it can be taken for an option or for a line of a shell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proto/endpoints.h"

namespace muster {

struct FarHost {
  std::string user;  // empty: as ssh's configuration has it
  std::string host;  // an address of IPv6 without its brackets
  std::optional<uint16_t> port;
  std::string app;  // empty: not said
  // Its daemon listens itself, and there is no ssh.
  bool by_curve = false;

  // "ssh://deploy@box:2222" or "muster://box:5555", for messages and for git.
  std::string url() const;

  bool operator==(const FarHost&) const = default;
};

Result<FarHost> parse_host_url(std::string_view url);

struct HostRow {
  std::string name;
  FarHost host;
};

// The lines `NAME URL` of a list; an error is headed by FILE:LINE.
Result<std::vector<HostRow>> parse_hosts(std::string_view text, const std::string& file);
// $XDG_CONFIG_HOME/muster/hosts or ~/.config/muster/hosts; empty where neither is known.
std::string hosts_file(const GetEnv& env);
// The user's list; empty where there is no such file.
Result<std::vector<HostRow>> read_hosts(const GetEnv& env);

// `word` is a URL or a name of the list.
Result<FarHost> host_called(const std::string& word, const GetEnv& env);

}  // namespace muster
