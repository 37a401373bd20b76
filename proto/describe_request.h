// The requests field by field, as describe_message.h has the replies. Part of the codec.
#pragma once

#include "proto/codec_writer.h"
#include "proto/message.h"

namespace muster::wire {

template <class Message>
inline constexpr std::string_view name_on_wire = "";

template <>
inline constexpr std::string_view name_on_wire<PsRequest> = "ps";
template <class Fields, Is<PsRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
  fields.may("usage", request.usage);
}

template <>
inline constexpr std::string_view name_on_wire<ScaleRequest> = "scale";
template <class Fields, Is<ScaleRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("changes", request.changes);
  fields.may("wait", request.wait);
}

template <>
inline constexpr std::string_view name_on_wire<RestartRequest> = "restart";
template <class Fields, Is<RestartRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
  fields.may("wait", request.wait);
}

template <>
inline constexpr std::string_view name_on_wire<StopRequest> = "stop";
template <class Fields, Is<StopRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
}

template <>
inline constexpr std::string_view name_on_wire<StartRequest> = "start";
template <class Fields, Is<StartRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
  fields.may("wait", request.wait);
}

template <>
inline constexpr std::string_view name_on_wire<KillRequest> = "kill";
template <class Fields, Is<KillRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
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
  fields.may("terminal", request.terminal);
  fields.may("shared", request.shared);
  fields.may("memory", request.memory);
  fields.may("disk", request.disk);
  fields.may("cpu", request.cpu);
  fields.may("timeout", request.timeout);
  fields.may("inside", request.inside);
  fields.may("token", request.token);
}

template <>
inline constexpr std::string_view name_on_wire<AttachRequest> = "attach";
template <class Fields, Is<AttachRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("process", request.process);
  fields.may("credit", request.credit);
  fields.may("terminal", request.terminal);
  fields.may("token", request.token);
}

template <>
inline constexpr std::string_view name_on_wire<ConfigRequest> = "config";
template <class Fields, Is<ConfigRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("set", request.set);
  fields.may("unset", request.unset);
  fields.may("wait", request.wait);
}

template <>
inline constexpr std::string_view name_on_wire<ReleasesRequest> = "releases";
template <class Fields, Is<ReleasesRequest> M>
void describe(Fields&, M&) {}

template <>
inline constexpr std::string_view name_on_wire<RollbackRequest> = "rollback";
template <class Fields, Is<RollbackRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("version", request.version);
  fields.may("wait", request.wait);
}

template <>
inline constexpr std::string_view name_on_wire<DeployRequest> = "deploy";
template <class Fields, Is<DeployRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("code", request.code);
  fields.may("commit", request.commit);
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
  fields.must("credit", request.credit);
  fields.may("have", request.have);
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
inline constexpr std::string_view name_on_wire<ResizeRequest> = "resize";
template <class Fields, Is<ResizeRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("terminal", request.terminal);
}

template <>
inline constexpr std::string_view name_on_wire<CancelRequest> = "cancel";
template <class Fields, Is<CancelRequest> M>
void describe(Fields&, M&) {}

}  // namespace muster::wire
