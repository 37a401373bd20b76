// The requests field by field, as describe_message.h has the replies. Part of the codec.
#pragma once

#include "proto/codec_writer.h"
#include "proto/message.h"
#include "proto/verb.h"

namespace muster::wire {

template <class Message>
inline constexpr std::string_view name_on_wire = "";

template <class Message, class... All>
constexpr bool is_alternative(const std::variant<All...>*) {
  return (std::is_same_v<Message, All> || ...);
}
template <class Message>
requires(is_alternative<Message>(static_cast<const RequestBody*>(
    nullptr))) inline constexpr std::string_view name_on_wire<Message> = verb_for<Message>.name;

template <class Fields, Is<PsRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
  fields.may("usage", request.usage);
}

template <class Fields, Is<ScaleRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("changes", request.changes);
  fields.may("wait", request.wait);
}

template <class Fields, Is<RestartRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("names", request.names);
  fields.may("wait", request.wait);
}

template <class Fields, Is<StopRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
}

template <class Fields, Is<StartRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
  fields.may("wait", request.wait);
}

template <class Fields, Is<KillRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("names", request.names);
  fields.must("number", request.number);
}

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

template <class Fields, Is<AttachRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("process", request.process);
  fields.may("credit", request.credit);
  fields.may("terminal", request.terminal);
  fields.may("token", request.token);
}

template <class Fields, Is<ConfigRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("set", request.set);
  fields.may("unset", request.unset);
  fields.may("wait", request.wait);
}

template <class Fields, Is<ReleasesRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<RollbackRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("version", request.version);
  fields.may("wait", request.wait);
}

template <class Fields, Is<DeployRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("code", request.code);
  fields.may("commit", request.commit);
}

template <class Fields, Is<StatusRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<ReloadRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<ShutdownRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<UpgradeRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<VersionRequest> M>
void describe(Fields&, M&) {}

template <class Fields, Is<KeyRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("add", request.add);
  fields.may("remove", request.remove);
  fields.may("role", request.role);
  fields.may("key", request.key);
  fields.may("from", request.from);
  fields.may("until", request.until);
  fields.may("note", request.note);
  fields.may("rotate", request.rotate);
  fields.may("invite", request.invite);
  fields.may("enrol", request.enrol);
  fields.may("once", request.once);
}

template <class Fields, Is<ReplayRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("from", request.from);
  fields.may("lines", request.lines);
  fields.may("since", request.since);
  fields.may("until", request.until);
  fields.may("topics", request.topics);
  fields.must("credit", request.credit);
  fields.may("have", request.have);
  fields.may("follow", request.follow);
  fields.may("journal", request.journal);
  fields.may("by_file", request.by_file);
}

template <class Fields, Is<CreditRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("messages", request.messages);
}

template <class Fields, Is<InputRequest> M>
void describe(Fields& fields, M& request) {
  fields.may("data", as_bytes(request.data));
  fields.may("eof", request.eof);
}

template <class Fields, Is<SignalRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("number", request.number);
}

template <class Fields, Is<ResizeRequest> M>
void describe(Fields& fields, M& request) {
  fields.must("terminal", request.terminal);
}

template <class Fields, Is<CancelRequest> M>
void describe(Fields&, M&) {}

}  // namespace muster::wire
