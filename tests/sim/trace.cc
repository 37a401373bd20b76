// See trace.h.
#include "trace.h"

#include <fmt/format.h>

namespace muster::sim {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (auto& word : words) text += ' ' + word;
  return text;
}

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

std::string text_of(const RequestBody& body) {
  return std::visit(
      Match{
          [](const ScaleRequest& it) { return "scale" + joined(it.changes); },
          [](const StopRequest& it) { return "stop" + joined(it.names); },
          [](const StartRequest& it) { return "start" + joined(it.names); },
          [](const RestartRequest& it) { return "restart" + joined(it.names); },
          [](const PsRequest& it) { return "ps" + joined(it.names); },
          [](const RunRequest& it) { return (it.detach ? "run -d" : "run") + joined(it.command); },
          [&](const auto&) { return fmt::format("request of kind {}", body.index()); }},
      body);
}

std::string text_of(const ReplyBody& body) {
  return std::visit(
      Match{[](const RefusedReply& it) { return "refused: " + it.message; },
            [](const DoneReply& it) { return "done" + joined(it.names); },
            [](const RunStartedReply& it) { return "started " + it.process; },
            [](const RunInputReply& it) { return fmt::format("input {}", it.messages); },
            [](const RunExitedReply& it) { return fmt::format("exited {}", it.status); },
            [&](const auto&) { return fmt::format("reply of kind {}", body.index()); }},
      body);
}

}  // namespace

std::string text_of(const Event& event) {
  return std::visit(
      Match{[](const Launched& it) { return fmt::format("launched {}", it.launch); },
            [](const LaunchFailed& it) { return fmt::format("launch failed {}", it.launch); },
            [](const Ready& it) { return fmt::format("ready {}", it.launch); },
            [](const PortSeen& it) { return fmt::format("port of {}: {}", it.launch, it.text); },
            [](const Notified& it) {
              return fmt::format("notified by {}{}", it.launch, it.ready ? ": ready" : "");
            },
            [](const OutOfMemory& it) {
              return fmt::format("out of memory {} times: {}", it.times, it.launch);
            },
            [](const Unwell& it) { return fmt::format("unwell {}", it.launch); },
            [](const Grown& it) { return fmt::format("grown to {}: {}", it.bytes, it.launch); },
            [](const Exited& it) {
              return fmt::format("exited {} with {}{}", it.launch, it.status.status(),
                                 it.survivors ? ", others alive" : "");
            },
            [](const Gone& it) { return fmt::format("gone {}", it.launch); },
            [](const Requested& it) {
              return fmt::format("{} {}: {}", it.client, it.request.id, text_of(it.request.body));
            },
            [](const ClientLost& it) { return "lost " + it.client; },
            [](const ModelRead& it) {
              if (!it.model) return "model: " + it.model.message();
              std::string text = "model:";
              for (auto& type : it.model->types)
                text += fmt::format(" {}={}", type.name, type.command);
              return text;
            },
            [](const FilesSeen& it) { return fmt::format("files differ: {}", it.digest); },
            [](const SourcesChanged& it) { return "sources changed of " + it.type; },
            [](const ReleaseKept& it) {
              return it.outcome ? std::string("kept") : "not kept: " + it.outcome.message();
            },
            [](const Signalled& it) { return fmt::format("signal {}", it.number); },
            [](const Tick&) { return std::string("tick"); }},
      event);
}

std::string text_of(const Action& action) {
  return std::visit(
      Match{
          [](const Launch& it) {
            return fmt::format("launch {} {}", it.launch, it.process.text());
          },
          [](const Kill& it) { return fmt::format("kill {} with {}", it.launch, it.signal); },
          [](const AwaitReady& it) {
            return fmt::format("await {} of {}", name_of(it.readiness.kind), it.launch);
          },
          [](const WatchOver& it) { return fmt::format("watch over {}", it.launch); },
          [](const Publish& it) { return it.event.process + ": " + it.event.text; },
          [](const Answer& it) {
            return fmt::format("answer {} {}: {}", it.client, it.reply.id, text_of(it.reply.body));
          },
          [](const PassToLaunch& it) { return fmt::format("pass to {}", it.launch); },
          [](const Attach& it) { return fmt::format("attach {} to {}", it.to.client, it.launch); },
          [](const SaveFormation& it) {
            std::string text = "save";
            for (auto& [type, count] : it.formation) text += fmt::format(" {}={}", type, count);
            return text;
          },
          [](const ReadModel& it) { return "read model " + it.code; },
          [](const KeepReleases& it) {
            return fmt::format("keep v{} {}", it.releases.current().number,
                               it.releases.current().change);
          },
          [](const Upgrade& it) { return fmt::format("upgrade for {}", it.client); },
          [](const ChangeKeys& it) { return fmt::format("keys for {}", it.client); },
          [](const Listen& it) { return fmt::format("{} listeners", it.addresses.size()); },
          [](const AnswerPs& it) { return fmt::format("rows to {}", it.client); },
          [](const AnswerStatus& it) { return fmt::format("status to {}", it.client); },
          [](const Finish&) { return std::string("finish"); }},
      action);
}

}  // namespace muster::sim
