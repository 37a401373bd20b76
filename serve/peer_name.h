// The name by which the log tells a client that asks for something. Keeps: the user in it is the
// one that the kernel has seen connecting, and the whole is printable and bounded.
#pragma once

#include <string>
#include <string_view>

namespace muster {

// The user's name, and behind an '@' the host that the client says it is at in `said`, if it does.
// `address` is libzmq's of the peer.
std::string name_of_peer(std::string_view address, std::string_view said);

}  // namespace muster
