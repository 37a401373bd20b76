// A daemon on another machine, whose sockets a program like ssh brings into a directory here. Its
// lock cannot be looked at, so it is known by its answers; a connection that is not taken at the
// other end is known by its end. Changes nothing and waits for no longer than it is told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"

namespace muster {

// The way to a daemon that lets others in by CURVE, instead of sockets that are brought here.
struct CurveWay {
  std::string host, port;       // as a resolver takes them
  std::string open, secret;     // the two halves of our own key
  std::string server;           // the daemon's
  std::string address() const;  // "tcp://box:5555"
};

struct FarSide {
  std::string host;  // as messages call it: "ssh://deploy@box"
  MonoTime heard{};  // when it has said something most recently
  // As its daemon has told them; empty: it has not yet.
  std::string version = {};
  uint32_t protocol = 0;
  std::string by = {};  // as a login that several people share calls this one; empty: as anywhere
  std::shared_ptr<const CurveWay> curve = {};
  // The server's next key, as the server itself has told it, and what is called with it then.
  std::string next_server_key = {};
  std::function<void(const std::string& key)> on_next_server_key = {};
};

enum class FarSign : uint8_t {
  answers,    // a daemon takes connections there
  no_daemon,  // the connection is ended at once: none listens there
  link_lost,  // not even here does anything listen: the program that brings it has gone
  silent,     // none of it in that time
};

// A look at the socket at a path.
FarSign look_over(const std::string& socket_path, Nanos timeout);
// The same over the network: if no program listens there, the error is `link_lost`. The name of the
// host is looked up, which may take longer.
FarSign look_over(const CurveWay& way, Nanos timeout);

}  // namespace muster
