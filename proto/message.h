// The messages of the control socket as plain structs. PROTOCOL.md says what each means; the codec
// gives them bytes. A client numbers its exchanges; every reply carries the id of its request.
// Messages grow by optional fields only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "proto/record.h"
#include "proto/replay_message.h"

namespace muster {

inline constexpr uint32_t protocol_version = 1;

// ---- requests
// ----
// `names` are types or processes ("web", "web.1"); none means all, where a verb allows that.

// `wait`, in seconds: the answer is to come when it is so, at the latest after so long; 0: after as
// long as the types' own times say. Without it the answer comes when it is begun.

struct PsRequest {
  std::vector<std::string> names;
  bool usage = false;  // also what they use, which takes a look at each of their processes
};
struct ScaleRequest {
  std::vector<std::string> changes;  // "web=2", "worker+1", "clock-1"; none asks for the formation
  std::optional<uint32_t> wait = {};
};
struct RestartRequest {
  std::vector<std::string> names;
  std::optional<uint32_t> wait = {};
};
struct StopRequest {
  std::vector<std::string> names;
};
struct StartRequest {
  std::vector<std::string> names;
  std::optional<uint32_t> wait = {};
};
struct KillRequest {
  std::vector<std::string> names;
  int32_t number = 0;  // of the signal, to the whole tree of each
};
using TerminalSize = std::pair<uint64_t, uint64_t>;  // rows and columns

struct RunRequest {
  std::vector<std::string>
      command;  // as argv; a process type as the first word stands for its command
  std::map<std::string, std::string> env;
  bool detach = false;
  uint32_t credit = 0;  // attached: output messages that may be sent before more is granted
  // Attached: a terminal of this size is its stdin, stdout and stderr, instead of three pipes.
  std::optional<TerminalSize> terminal = {};
  // In the app's own directory, as the formation is, not in a copy that is thrown away.
  bool shared = false;
  // The resources that it may use; none: as the app's files have it.
  std::optional<uint64_t> memory = {}, disk = {};  // bytes
  std::optional<uint32_t> cpu = {};                // hundredths of a processor
  std::optional<Nanos> timeout = {};               // from when it is up; then it is stopped
  // A process in whose midst it is to be, with what that one sees and is surrounded by.
  std::string inside = {};
  // Attached: a name that only its client knows, which finds it by that again when it has lost its
  // daemon; none: then it is hung up.
  std::string token = {};
};
// To talk to a process that has a terminal. Answered by outputs until it exits.
struct AttachRequest {
  std::string process;
  uint32_t credit = 0;                        // as in RunRequest
  std::optional<TerminalSize> terminal = {};  // what its terminal is to be as large as
  std::string token = {};  // not a process, but the attached one-off that was run with it
};
// Neither set nor unset: asks for them. Else one change, in force when it is answered.
struct ConfigRequest {
  std::map<std::string, std::string> set;
  std::vector<std::string> unset;
  std::optional<uint32_t> wait = {};
};
struct ReleasesRequest {};
struct RollbackRequest {
  std::optional<uint64_t> version;  // none: the one before the current one
  std::optional<uint32_t> wait = {};
};
// A checkout that lies ready below the app's state directory.
struct DeployRequest {
  std::string code;    // its name there
  std::string commit;  // as people call it
};
struct StatusRequest {};
struct ReloadRequest {};
struct ShutdownRequest {};
struct UpgradeRequest {};
struct VersionRequest {};
// The keys that are let in from other machines. The request adds one, removes one by its name, has
// the daemon's own key replaced, puts a key in the place of an invitation, or, with none of these,
// asks for all.
struct KeyRequest {
  std::string add, remove;  // the name
  std::string role, key;    // of one that is added: "read", and the text of the public half
  std::string from, until, note;
  std::optional<Nanos> rotate;  // so long from now
  bool invite = false;          // `add`, and the daemon makes the key, which is an invitation
  // The key that takes the place of an invitation, whose own one is `once`; muster-front says which
  // that is.
  std::string enrol, once;
};
// The next five belong to an exchange that is under way and carry its id.
struct CreditRequest {
  uint32_t messages = 0;  // grants so many further `more` replies; refused if the exchange is not
                          // under way, so that 0 asks whether it is
};
struct InputRequest {
  std::string data;  // for an attached one-off's stdin, or a process's terminal
  bool eof = false;
};
struct SignalRequest {
  int32_t number = 0;  // for an attached one-off
};
struct ResizeRequest {
  TerminalSize terminal;  // of an attached one-off, or a process's
};
// Ends a replay or an attachment; an attached one-off is told that its client has gone.
struct CancelRequest {};

using RequestBody =
    std::variant<PsRequest, ScaleRequest, RestartRequest, StopRequest, StartRequest, KillRequest,
                 RunRequest, AttachRequest, ConfigRequest, ReleasesRequest, RollbackRequest,
                 DeployRequest, StatusRequest, ReloadRequest, ShutdownRequest, UpgradeRequest,
                 VersionRequest, KeyRequest, ReplayRequest, CreditRequest, InputRequest,
                 SignalRequest, ResizeRequest, CancelRequest>;

struct Request {
  uint64_t id = 0;
  std::string by;  // USER@HOST, for the log
  RequestBody body;
};

// ---- replies
// ----

enum class Refusal : uint8_t {
  no,     // understood, and the answer is no: unknown type, over a limit, cannot be done now
  usage,  // the request itself is malformed
  gone,   // the exchange that it belongs to is not under way, or not any more
  late,   // begun, and goes on; but it is not so within the time that was to be waited
};
std::string_view name_of(Refusal refusal);  // "no", "usage", "gone", "late"

struct RefusedReply {
  Refusal refusal = Refusal::no;
  std::string message;
  // The status of a one-off whose program cannot be executed: as a shell would exit.
  std::optional<int32_t> status = {};
};
struct DoneReply {
  std::vector<std::string> names;  // what the verb touched: "web.1", ...
};
struct ProcessRow {
  std::string process, state, command;
  WallTime since;      // of the state
  int64_t age_ms = 0;  // of the state, by the clock that never jumps
  std::optional<int64_t> pid;
  uint32_t restarts = 0;
  std::optional<uint32_t> port;
  std::optional<int32_t> last_exit;  // the code, or 128 + signal
  // The usage of all its processes, if that was asked for.
  std::optional<int64_t> cpu_ms;
  std::optional<uint64_t> memory_bytes;
  std::optional<std::string> note;      // why it is not running, when there is more to say: "exec
                                        // /srv/web: No such file or directory"
  uint32_t crashes = 0;                 // in a row
  std::optional<int64_t> next_ms = {};  // until it is launched again
};
// A type that is not among the processes: none of it is wished for, or it is run at its times.
struct TypeRow {
  std::string type, command;
  std::optional<WallTime> next = {};  // by its cron
  bool stopped = false;               // by hand: its times pass
};
struct PsReply {
  std::vector<ProcessRow> processes;  // sorted by type, then number
  std::vector<TypeRow> types = {};    // sorted
};
struct ScaleReply {
  std::vector<std::pair<std::string, uint32_t>> changed;  // in the order of the request
  FormationCounts formation;                              // the whole one, after it
  // Why a daemon that is started another day will not know of it; empty: it will.
  std::string not_kept = {};
};
struct RunStartedReply {
  std::string process;  // "run.1"
};
struct RunOutputReply {
  Stream stream = Stream::out;
  std::string data;  // empty: the stream has ended
};
// Takes so many further InputRequests. limits::credit_messages are granted from the start.
struct RunInputReply {
  uint32_t messages = 0;
};
struct RunExitedReply {
  int32_t status = 0;
};
// Says nothing; an earlier daemon learns by it whether the client of an attached one-off is there.
struct AliveReply {};
// A program of muster's own that runs beside the app.
struct HelperRow {
  std::string name;
  int64_t pid = 0;                 // 0: it does not run at this moment
  std::vector<std::string> lines;  // that it has printed last
};
struct StatusReply {
  std::string app, directory, version;
  int64_t pid = 0;  // to be signalled
  int64_t keeper_pid = 0, supervisor_pid = 0;
  int64_t uptime_ms = 0;
  uint64_t seq = 0, lines = 0;          // last numbers given out
  std::optional<uint64_t> seq_durable;  // on the disk for sure; none in durability class `page`
  uint64_t journal_bytes = 0, journal_oldest_seq = 0;
  std::optional<WallTime> journal_oldest_time, journal_newest_time;
  uint32_t processes = 0, processes_up = 0;
  uint64_t memory_bytes = 0;
  uint32_t open_fds = 0, fd_limit = 0;
  uint64_t clients_refused = 0;     // control messages that were not understood
  uint64_t clients_dropped = 0;     // who had too much under way to them
  uint64_t bytes_under_way = 0;     // to clients, subscribers included
  uint32_t exchanges = 0;           // replays, attached one-offs and terminals
  std::string journal;              // which one `seq` is a number of
  std::string cgroup;               // where those of the launches are; empty: they have none
  std::vector<std::string> alarms;  // what an operator should look at now
  std::vector<HelperRow> helpers = {};
};
struct ReloadReply {
  std::vector<std::string> changes;  // one sentence each; none: nothing changed
};
struct ConfigReply {
  std::map<std::string, std::string> vars;
  bool hidden = false;  // the role of the client is too little for the values, which are empty
};
// The reply to a change that is kept and in force; what runs is being restarted with it.
struct ReleasedReply {
  uint64_t version = 0;    // the current one, or that which was asked for before
  bool unchanged = false;  // there was nothing to change
};
struct ReleaseRow {
  uint64_t version = 0;
  std::string change, by;
  WallTime time{};
  std::string code;     // of which checkout; empty: of none
  std::string state;    // "pending": its processes are coming up; "failed": they did not
  std::string failure;  // why
};
struct ReleasesReply {
  std::vector<ReleaseRow> releases;  // oldest first
};
// A key as it is let in.
struct KeyRow {
  std::string name, role, key, from, until, note;
  std::optional<WallTime> once = {};  // it is an invitation, which ends then
};
struct KeysReply {
  std::vector<KeyRow> keys;  // in the order in which they were added
  std::string server;        // the public half of the daemon's own; empty: it has none yet
  std::string next_server;   // the one that replaces it; empty: none does
  std::optional<WallTime> next_from;
  std::string invitation = {};  // the secret half of the key of the one that was asked for
  std::string listen;           // where it listens; empty: nowhere
};
struct VersionReply {
  std::string version;
  uint32_t protocol = 0;
  std::string journal = {};          // which one the numbers of records belong to
  std::string next_server_key = {};  // by which it will be known to other machines
};
using ReplyBody = std::variant<RefusedReply, DoneReply, PsReply, ScaleReply, RunStartedReply,
                               RunOutputReply, RunInputReply, RunExitedReply, AliveReply,
                               StatusReply, ReloadReply, ConfigReply, ReleasedReply, ReleasesReply,
                               VersionReply, KeysReply, ReplayRecordsReply, ReplayEndReply>;

struct Reply {
  uint64_t id = 0;
  bool more = false;  // further replies with this id follow
  ReplyBody body;
  std::string hint = {};  // what the client should know besides
};

}  // namespace muster
