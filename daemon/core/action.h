// The actions that the core wants done. An edge carries each out and decides nothing. They are to
// be carried out in order.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "daemon/core/event.h"
#include "daemon/core/releases.h"
#include "proto/process_name.h"

namespace muster {

// How far a launch has come, as far as the core was told.
enum class LaunchProgress : uint8_t {
  asked,    // the action was given out
  running,  // Launched
  exited,   // Exited: what else is left of it is not gone yet
};
inline constexpr LaunchProgress launch_progresses[] = {
    LaunchProgress::asked, LaunchProgress::running, LaunchProgress::exited};
std::string_view name_of(LaunchProgress progress);

struct Launch {  // answered by Launched or LaunchFailed, later Exited, then Gone
  LaunchId launch = 0;
  ProcessName process;
  std::string command;  // for `sh -c 'exec ...'` as the Procfile has it; used when argv is empty
  std::vector<std::string> argv;  // a one-off's own words
  Environment env;                // on top of the daemon's own; later ones win
  std::string code;               // the checkout that it runs in; empty: the app's own directory
  Surroundings surroundings;
  std::optional<LineRate> line_rate;
  bool of_formation = false;            // and no one-off
  bool notifies = false;                // it is given NOTIFY_SOCKET
  std::optional<ListenAddress> listen;  // it is given the socket that listens there
  // An attached one-off: its input and output belong to this client's exchange and not to the log.
  struct Attachment {
    ClientId client;
    uint64_t request_id;
    uint32_t credit;
    std::optional<TerminalSize> terminal = {};  // it is to have one
  };
  std::optional<Attachment> attached;
  std::string input;  // that its stdin brings, and then its end; empty: it has none
  // It is to see what this other launch sees, which runs.
  struct Midst {
    Identity identity;
    bool is_isolated;
  };
  std::optional<Midst> inside;
  // The core of an earlier program has asked for this launch already. The edge finds out what came
  // of it, starts it only if nothing did, and does not tell again what was told.
  struct Resumed {
    LaunchProgress progress;
    std::optional<Identity> identity;  // from `running` on
  };
  std::optional<Resumed> resumed;
};
// A signal to every process of the launch's tree, now or, before its exec, as soon as it has one.
// With `leader_first` the signal goes to those that are asked first (stop_order.h), and to the rest
// as soon as none of them is left. A later signal for all leaves out those that have had it. After
// a signal that is to end it a slow reader of the output is waited for no more: it may be that
// nothing else of the launch is left.
struct Kill {
  LaunchId launch;
  int signal;
  bool to_end = true;
  bool leader_first = false;
};
struct AwaitReady {  // for all but "notify" and a delay; answered by Ready, if ever
  LaunchId launch;
  Readiness readiness;
  uint32_t port = 0;                         // 0: it has none
  Nanos within{};                            // after that, asking costs more than it tells
  std::optional<ListenAddress> listen = {};  // which its type shares
};
// For a process that is up: it is to be told when it is not well any more, or is too large. Each
// takes the place of the one before.
struct WatchOver {  // answered by Unwell and Grown, if ever
  LaunchId launch;
  std::optional<HealthCheck> health;
  uint32_t port = 0;  // 0: it has none
  std::optional<uint64_t> max_memory;
};
struct Publish {  // numbers are given by the router
  EventRecord event;
};
struct Answer {
  ClientId client;
  Reply reply;
};
// The edges add what each row's launch is in the middle of, and what it uses if that was asked for;
// one that is 0 has none.
struct AnswerPs {
  ClientId client;
  Reply reply;  // body is a PsReply
  std::vector<LaunchId> launches;
  bool usage;
};
// A request that belongs to the exchange of an attached one-off. `cancel`: its client will not come
// back.
struct PassToLaunch {
  LaunchId launch;
  RequestBody body;
};
// This client is to talk to an attached one-off that has lost its own, or to the launch's terminal;
// refused by the edge if it has none.
struct Attach {
  LaunchId launch;
  ProcessName process;
  Launch::Attachment to;
};
struct Listen {  // there are to be these sockets for launches to share, and no others
  std::vector<ListenAddress> addresses;
};
struct SaveFormation {
  FormationCounts formation;
};
struct ReadModel {   // read Procfile and .env again; answered by ModelRead
  std::string code;  // of this checkout; empty: in the app's own directory
  bool of_release = false;
};
struct KeepReleases {  // on the disk, all of them or none; answered by ReleaseKept
  Releases releases;
};
struct AnswerStatus {  // the edges know most of the answer; the core fills in what it knows
  ClientId client;
  Reply reply;  // body is a StatusReply
  Role role;    // `read` is told neither directories nor pids
};
// Let the programs that are installed now go on; answered by the edge, who knows whether they can.
struct Upgrade {
  ClientId client;
  uint64_t request_id;
  std::string by;
};
// Keep, or tell, the keys that are let in from other machines; answered by the edge.
struct ChangeKeys {
  ClientId client;
  uint64_t request_id;
  std::string by;
  Role role;
  std::string address;
  KeyRequest request;
};
struct Finish {  // everything is down: leave the loop
  int exit_status;
};

using Action = std::variant<Launch, Kill, AwaitReady, WatchOver, Publish, Answer, AnswerPs,
                            PassToLaunch, Attach, Listen, SaveFormation, ReadModel, KeepReleases,
                            AnswerStatus, Upgrade, ChangeKeys, Finish>;

}  // namespace muster
