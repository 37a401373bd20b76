// The control messages field by field, one row each, as PROTOCOL.md lists them, each after its name
// on the wire. Part of the codec.
#pragma once

#include "proto/codec_writer.h"
#include "proto/message.h"

namespace muster::wire {

template <class Message>
inline constexpr std::string_view name_on_wire = "";

// ---- requests

template <>
inline constexpr std::string_view name_on_wire<PsRequest> = "ps";
template <class Fields, Is<PsRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
}

template <>
inline constexpr std::string_view name_on_wire<ScaleRequest> = "scale";
template <class Fields, Is<ScaleRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("changes", request.changes);
}

template <>
inline constexpr std::string_view name_on_wire<RestartRequest> = "restart";
template <class Fields, Is<RestartRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
}

template <>
inline constexpr std::string_view name_on_wire<StopRequest> = "stop";
template <class Fields, Is<StopRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
}

template <>
inline constexpr std::string_view name_on_wire<StartRequest> = "start";
template <class Fields, Is<StartRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
}

template <>
inline constexpr std::string_view name_on_wire<KillRequest> = "kill";
template <class Fields, Is<KillRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
  fields.must("number", request.number);
}

template <>
inline constexpr std::string_view name_on_wire<RunRequest> = "run";
template <class Fields, Is<RunRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("command", request.command);
  fields.may("env", request.env);
  fields.may("detach", request.detach);
  fields.may("credit", request.credit);
}

template <>
inline constexpr std::string_view name_on_wire<StatusRequest> = "status";
template <class Fields, Is<StatusRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<ReloadRequest> = "reload";
template <class Fields, Is<ReloadRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<ShutdownRequest> = "shutdown";
template <class Fields, Is<ShutdownRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<UpgradeRequest> = "upgrade";
template <class Fields, Is<UpgradeRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<VersionRequest> = "version";
template <class Fields, Is<VersionRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<ReplayRequest> = "replay";
template <class Fields, Is<ReplayRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("from", request.from);
  fields.may("lines", request.lines);
  fields.may("since", request.since);
  fields.may("until", request.until);
  fields.may("topics", request.topics);
  fields.may("credit", request.credit);
}

template <>
inline constexpr std::string_view name_on_wire<CreditRequest> = "credit";
template <class Fields, Is<CreditRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("messages", request.messages);
}

template <>
inline constexpr std::string_view name_on_wire<InputRequest> = "input";
template <class Fields, Is<InputRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("data", as_bytes(request.data));
  fields.may("eof", request.eof);
}

template <>
inline constexpr std::string_view name_on_wire<SignalRequest> = "signal";
template <class Fields, Is<SignalRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("number", request.number);
}

template <>
inline constexpr std::string_view name_on_wire<CancelRequest> = "cancel";
template <class Fields, Is<CancelRequest> M>
void describe(Fields&, M&) {}

// ---- replies

template <>
inline constexpr std::string_view name_on_wire<RefusedReply> = "refused";
template <class Fields, Is<RefusedReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("refusal", reply.refusal);
  fields.must("message", reply.message);
}

template <>
inline constexpr std::string_view name_on_wire<DoneReply> = "done";
template <class Fields, Is<DoneReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("names", reply.names);
}

template <class Fields, Is<ProcessRow> M>
void describe(Fields& fields, M& row) {
  fields.must("process", row.process);
  fields.must("state", row.state);
  fields.must("command", row.command);
  fields.must("since", row.since);
  fields.must("age_ms", row.age_ms);
  fields.may("pid", row.pid);
  fields.may("restarts", row.restarts);
  fields.may("port", row.port);
  fields.may("last_exit", row.last_exit);
  fields.may("note", row.note);
}
template <>
inline constexpr std::string_view name_on_wire<PsReply> = "ps";
template <class Fields, Is<PsReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("processes", reply.processes);
}

template <>
inline constexpr std::string_view name_on_wire<ScaleReply> = "scale";
template <class Fields, Is<ScaleReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("changed", reply.changed);
  fields.may("formation", reply.formation);
}

template <>
inline constexpr std::string_view name_on_wire<RunStartedReply> = "run_started";
template <class Fields, Is<RunStartedReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("process", reply.process);
}

template <>
inline constexpr std::string_view name_on_wire<RunOutputReply> = "run_output";
template <class Fields, Is<RunOutputReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("stream", reply.stream);
  fields.may("data", as_bytes(reply.data));
}

template <>
inline constexpr std::string_view name_on_wire<RunInputReply> = "run_input";
template <class Fields, Is<RunInputReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("messages", reply.messages);
}

template <>
inline constexpr std::string_view name_on_wire<RunExitedReply> = "run_exited";
template <class Fields, Is<RunExitedReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("status", reply.status);
}

template <>
inline constexpr std::string_view name_on_wire<AliveReply> = "alive";
template <class Fields, Is<AliveReply> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<StatusReply> = "status";
template <class Fields, Is<StatusReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("app", reply.app);
  fields.must("directory", reply.directory);
  fields.must("version", reply.version);
  fields.must("pid", reply.pid);
  fields.may("keeper_pid", reply.keeper_pid);
  fields.may("supervisor_pid", reply.supervisor_pid);
  fields.must("uptime_ms", reply.uptime_ms);
  fields.must("seq", reply.seq);
  fields.must("lines", reply.lines);
  fields.may("seq_durable", reply.seq_durable);
  fields.must("journal_bytes", reply.journal_bytes);
  fields.must("journal_oldest_seq", reply.journal_oldest_seq);
  fields.may("journal_oldest_time", reply.journal_oldest_time);
  fields.may("journal_newest_time", reply.journal_newest_time);
  fields.must("processes", reply.processes);
  fields.must("processes_up", reply.processes_up);
  fields.must("memory_bytes", reply.memory_bytes);
  fields.must("open_fds", reply.open_fds);
  fields.must("fd_limit", reply.fd_limit);
  fields.must("clients_refused", reply.clients_refused);
  fields.may("cgroup", reply.cgroup);
  fields.may("alarms", reply.alarms);
}

template <>
inline constexpr std::string_view name_on_wire<ReloadReply> = "reload";
template <class Fields, Is<ReloadReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("changes", reply.changes);
}

template <>
inline constexpr std::string_view name_on_wire<VersionReply> = "version";
template <class Fields, Is<VersionReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("version", reply.version);
  fields.must("protocol", reply.protocol);
}

// The records are frames of their own.
template <>
inline constexpr std::string_view name_on_wire<ReplayRecordsReply> = "replay_records";
template <class Fields, Is<ReplayRecordsReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("gone", reply.gone);
}

template <>
inline constexpr std::string_view name_on_wire<ReplayEndReply> = "replay_end";
template <class Fields, Is<ReplayEndReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("head", reply.head);
  fields.may("gone", reply.gone);
}

// ---- what all of them have

template <class Fields, Is<Request> M>
void describe(Fields& fields, M& request) {
  fields.must("id", request.id);
  std::visit(
      [&]<class Body>(Body& body) {
        fields.tag("verb", name_on_wire<std::remove_const_t<Body>>);
        fields.may("by", request.by);
        describe(fields, body);
      },
      request.body);
}

template <class Fields, Is<Reply> M>
void describe(Fields& fields, M& reply) {
  fields.must("id", reply.id);
  fields.may("more", reply.more);
  std::visit(
      [&]<class Body>(Body& body) {
        fields.tag("reply", name_on_wire<std::remove_const_t<Body>>);
        describe(fields, body);
      },
      reply.body);
}

}  // namespace muster::wire
