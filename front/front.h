// The listener for people and programs of other machines: takes their requests by CURVE, and asks
// the daemon for each of them over a connection of its own to the socket of the key's role. Decides
// nothing about requests. Keeps: a request or an answer goes through only while the key may come
// in; what is under way to a client is bounded; the end of a client's connection is the end of its
// connection to the daemon, and the other way round.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/uv/timer.h"
#include "base/zmq/connection.h"
#include "base/zmq/connection_watch.h"
#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"
#include "front/allowed_keys.h"
#include "front/curve_gate.h"
#include "front/server_key_file.h"
#include "proto/endpoints.h"
#include "proto/message.h"

namespace muster {

struct FrontOptions {
  std::string listen;  // "10.0.0.5:5555"
  ServerKeyFile* server_key;
  Endpoints daemon;  // its runtime directory is what counts
  std::string keys_file;
  std::function<void()> on_key_replaced;  // it is to be started anew
};

class Front {
 public:
  // Binds, after the gate stands. Fails also if no key is let in.
  static Result<std::unique_ptr<Front>> open(Loop& loop, ZmqContext& context, FrontOptions options);

 private:
  struct Remote {
    Connection connection;
    std::string key;  // its bytes
    std::string name, address;
    Role role;
    std::shared_ptr<Tally> owes;
    std::unique_ptr<LoopSocket> daemon = {};
    bool has_ended = false;  // to be swept
    bool is_invited = false;
    std::optional<MonoTime> enrolled = {};  // its invitation is being used since then
  };

  Front(Loop& loop, ZmqContext& context, FrontOptions options, AllowedKeys keys);
  Result<> bind();
  void on_requests();
  void take(const std::string& client, std::string_view frame);
  static bool may_pass(Remote& remote, Request& request);
  Remote* meet(const std::string& client, int fd, const std::string& user,
               const std::string& address);
  bool connect_to_daemon(Remote& remote, const std::string& client);
  std::string why_refused(const Remote& remote);
  std::string why_no_place(const Remote& remote) const;
  void on_replies(const std::string& client);
  void refuse(const std::string& client, std::string_view frame, const std::string& why);
  bool has_gone(int fd);
  void look_at_keys();
  void on_stranger();
  void listen_again();
  void end(Remote& remote, const std::string& why);
  void forget(int fd);
  void sweep();

  Loop& loop_;
  ZmqContext& context_;
  FrontOptions options_;
  AllowedKeys keys_;
  CurveGate gate_;
  std::shared_ptr<Tally> all_owed_ = std::make_shared<Tally>();
  std::map<std::string, Remote> remotes_;  // by the id that the listener gives them
  std::map<int, std::string> by_descriptor_;
  std::string endpoint_;
  MonoTime second_began_{};
  size_t strangers_ = 0;  // in that second
  Timer sweep_, look_, rest_;
  LoopSocket listener_;
  ConnectionWatch watch_;
};

}  // namespace muster
