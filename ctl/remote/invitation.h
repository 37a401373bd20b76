// An invitation to come in to an app from another machine, as a line that people hand on:
//
//     muster://HOST:PORT/APP?server=KEY&once=KEY
//
// Keeps: it holds no secret that is good for anything after its first use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/exit_code.h"

namespace muster {

struct Invitation {
  std::string place;  // "10.0.0.5:5555"
  std::string app;
  std::string server;  // the text of the server's key
  std::string once;    // that of the secret half of the key that is the invitation
};

std::string text_of(const Invitation& invitation);
std::optional<Invitation> parse_invitation(std::string_view text);

// Puts our own key, which is made if there is none, in the place of the invitation, and remembers
// the server. An invitation that this very key has used already is no failure.
Outcome<> accept(const Invitation& invitation);

}  // namespace muster
