// The control messages field by field, one row each, as PROTOCOL.md lists them, each after its name
// on the wire. Part of the codec.
#pragma once

#include "proto/codec_writer.h"
#include "proto/describe_request.h"
#include "proto/message.h"

namespace muster::wire {

// ---- replies

template <>
inline constexpr std::string_view name_on_wire<RefusedReply> = "refused";
template <class Fields, Is<RefusedReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("refusal", reply.refusal);
  fields.must("message", reply.message);
  fields.may("status", reply.status);
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
  fields.may("cpu_ms", row.cpu_ms);
  fields.may("memory_bytes", row.memory_bytes);
  fields.may("note", row.note);
  fields.may("crashes", row.crashes);
  fields.may("next_ms", row.next_ms);
}
template <class Fields, Is<TypeRow> M>
void describe(Fields& fields, M& row) {
  fields.must("type", row.type);
  fields.must("command", row.command);
  fields.may("next", row.next);
  fields.may("stopped", row.stopped);
}
template <>
inline constexpr std::string_view name_on_wire<PsReply> = "ps";
template <class Fields, Is<PsReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("processes", reply.processes);
  fields.may("types", reply.types);
}

template <>
inline constexpr std::string_view name_on_wire<ScaleReply> = "scale";
template <class Fields, Is<ScaleReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("changed", reply.changed);
  fields.may("formation", reply.formation);
  fields.may("not_kept", reply.not_kept);
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

template <class Fields, Is<HelperRow> M>
void describe(Fields& fields, M& row) {
  fields.must("name", row.name);
  fields.may("pid", row.pid);
  fields.may("lines", row.lines);
}
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
  fields.may("clients_dropped", reply.clients_dropped);
  fields.may("bytes_under_way", reply.bytes_under_way);
  fields.may("exchanges", reply.exchanges);
  fields.may("journal", reply.journal);
  fields.may("cgroup", reply.cgroup);
  fields.may("alarms", reply.alarms);
  fields.may("helpers", reply.helpers);
}

template <class Fields, Is<KeyRow> M>
void describe(Fields& fields, M& row) {
  fields.must("name", row.name);
  fields.must("role", row.role);
  fields.must("key", row.key);
  fields.may("from", row.from);
  fields.may("until", row.until);
  fields.may("note", row.note);
  fields.may("once", row.once);
}
template <>
inline constexpr std::string_view name_on_wire<KeysReply> = "keys";
template <class Fields, Is<KeysReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("keys", reply.keys);
  fields.may("server", reply.server);
  fields.may("listen", reply.listen);
  fields.may("next_server", reply.next_server);
  fields.may("next_from", reply.next_from);
  fields.may("invitation", reply.invitation);
}

template <>
inline constexpr std::string_view name_on_wire<ReloadReply> = "reload";
template <class Fields, Is<ReloadReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("changes", reply.changes);
}

template <>
inline constexpr std::string_view name_on_wire<ConfigReply> = "config";
template <class Fields, Is<ConfigReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("vars", reply.vars);
  fields.may("hidden", reply.hidden);
}

template <>
inline constexpr std::string_view name_on_wire<ReleasedReply> = "released";
template <class Fields, Is<ReleasedReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("version", reply.version);
  fields.may("unchanged", reply.unchanged);
}

template <class Fields, Is<ReleaseRow> M>
void describe(Fields& fields, M& row) {
  fields.must("version", row.version);
  fields.must("change", row.change);
  fields.must("by", row.by);
  fields.must("time", row.time);
  fields.may("code", row.code);
  fields.may("state", row.state);
  fields.may("failure", row.failure);
}
template <>
inline constexpr std::string_view name_on_wire<ReleasesReply> = "releases";
template <class Fields, Is<ReleasesReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("releases", reply.releases);
}

template <>
inline constexpr std::string_view name_on_wire<VersionReply> = "version";
template <class Fields, Is<VersionReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("version", reply.version);
  fields.must("protocol", reply.protocol);
  fields.may("journal", reply.journal);
  fields.may("next_server_key", reply.next_server_key);
}

template <class Fields, Is<Loss> M>
void describe(Fields& fields, M& loss) {
  fields.must("cause", loss.cause);
  fields.may("first_line", loss.first_line);
  fields.may("last_line", loss.last_line);
  fields.may("before", loss.before);
}

// The records are frames of their own.
template <>
inline constexpr std::string_view name_on_wire<ReplayRecordsReply> = "replay_records";
template <class Fields, Is<ReplayRecordsReply> M>
void describe(Fields& fields, M& reply) {
  fields.may("gone", reply.gone);
  fields.may("loss", reply.loss);
  fields.may("journal", reply.journal);
  fields.may("head", reply.head);
  fields.may("live", reply.live);
  fields.may("by_file", reply.by_file);
  fields.may("news", reply.news);
}

template <>
inline constexpr std::string_view name_on_wire<ReplayEndReply> = "replay_end";
template <class Fields, Is<ReplayEndReply> M>
void describe(Fields& fields, M& reply) {
  fields.must("head", reply.head);
  fields.may("gone", reply.gone);
  fields.may("loss", reply.loss);
  fields.may("journal", reply.journal);
}

// ---- what all of them have

template <class Fields, Is<Request> M>
void describe(Fields& fields, M& request) {
  fields.must("id", request.id);
  std::visit(
      [&]<class Body>(Body& body) {
        fields.tag("verb", name_on_wire<std::remove_const_t<Body>>);
        fields.must("by", request.by);
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
  fields.may("hint", reply.hint);
}

}  // namespace muster::wire
