// See attachments.h.
#include "daemon/edge/attachments.h"

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/edge/input_queue.h"
#include "daemon/edge/terminal.h"
#include "proto/limits.h"

namespace muster {
namespace {

// A client may page through the last output for as long as this.
constexpr Nanos client_patience = 1h;
constexpr Nanos pipe_patience = 1s;

}  // namespace

struct Attachments::Source {
  Stream stream = Stream::out;
  UniqueFd pipe;
  std::unique_ptr<Poll> poll;
  bool at_end = false;    // the pipe is
  bool end_sent = false;  // or there is nobody to send it to
};

struct Attachments::Attachment {
  Launch::Attachment to;
  bool client_lost = false;
  bool begun = false;
  std::array<Source, 2> sources;

  std::unique_ptr<InputQueue> input;
  uint32_t inputs = 0;  // that came since the client was granted more

  bool may_send() const { return client_lost || to.credit > 0; }
};

Attachments::Attachments(Loop& loop, Send send, std::function<void()> on_ended)
    : loop_(loop), send_(std::move(send)), on_ended_(std::move(on_ended)) {}

Attachments::~Attachments() = default;

Result<> Attachments::open(const Launch& launch, PipeEnds ends) {
  auto attachment = std::make_unique<Attachment>();
  auto* raw = attachment.get();
  attachment->to = *launch.attached;
  attachment->to.credit = std::min(attachment->to.credit, limits::credit_messages);
  attachment->sources[0] = {Stream::out, std::move(ends.out), nullptr};
  attachment->sources[1] = {Stream::err, std::move(ends.err), nullptr};
  for (auto& source : attachment->sources)
    source.poll = std::make_unique<Poll>(loop_, source.pipe.get(), [this, raw, &source] {
      pass_on(*raw, source);
      watch(*raw);
    });
  attachment->input =
      std::make_unique<InputQueue>(loop_, std::move(ends.in), [this, raw] { grant_input(*raw); });
  attachments_[launch.launch] = std::move(attachment);
  return {};
}

void Attachments::begin(LaunchId launch) {
  auto& attachment = *attachments_.at(launch);
  attachment.begun = true;
  watch(attachment);
}

void Attachments::drain(LaunchId launch) {
  auto& attachment = *attachments_.at(launch);
  // Both in turn, each at most a full pipe's worth.
  for (size_t i = 0; i < 2 * limits::pipe / limits::output_message; ++i)
    for (auto& source : attachment.sources) pass_on(attachment, source);
  watch(attachment);
}

bool Attachments::ended(LaunchId launch) const {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return true;
  auto& sources = found->second->sources;
  return std::all_of(sources.begin(), sources.end(), [](auto& source) { return source.end_sent; });
}

Nanos Attachments::patience(LaunchId launch) const {
  auto found = attachments_.find(launch);
  return found == attachments_.end() || found->second->may_send() ? pipe_patience : client_patience;
}

std::array<int, 2> Attachments::pipes(LaunchId launch) const {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return {-1, -1};
  auto& sources = found->second->sources;
  return {sources[0].pipe.get(), sources[1].pipe.get()};
}

void Attachments::close(LaunchId launch) { attachments_.erase(launch); }

void Attachments::grant(LaunchId launch, uint32_t messages) {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return;
  auto& credit = found->second->to.credit;
  credit = std::min(credit + std::min(messages, limits::credit_messages), limits::credit_messages);
  if (found->second->begun) drain(launch);
}

void Attachments::forget(const ClientId& client) {
  for (auto& [launch, attachment] : attachments_) {
    if (attachment->to.client != client) continue;
    attachment->client_lost = true;
    if (attachment->begun) drain(launch);
  }
}

bool Attachments::pass_on(Attachment& attachment, Source& source) {
  if (source.end_sent || !attachment.may_send()) return false;
  std::string data;
  if (!source.at_end) {
    data.resize(limits::output_message);
    ssize_t n = read(source.pipe.get(), data.data(), data.size());
    // Of a terminal that nobody has open any more.
    const bool hung_up = n < 0 && errno == EIO;
    if (n < 0 && !hung_up) return false;
    data.resize(static_cast<size_t>(std::max<ssize_t>(n, 0)));
    source.at_end = n <= 0;
  }
  if (!attachment.client_lost) {
    --attachment.to.credit;
    Reply reply{attachment.to.request_id, true, RunOutputReply{source.stream, std::move(data)}};
    attachment.client_lost = !send_(attachment.to.client, reply);
  }
  if (source.at_end) {
    source.end_sent = true;
    on_ended_();
  }
  return true;
}

void Attachments::watch(Attachment& attachment) {
  for (auto& source : attachment.sources) {
    bool wanted = attachment.begun && attachment.may_send() && !source.at_end;
    source.poll->watch(wanted ? Poll::readable : Poll::nothing);
  }
}

void Attachments::input(LaunchId launch, const std::string& data, bool eof) {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return;
  ++found->second->inputs;
  found->second->input->add(data, eof);
}

void Attachments::resize(LaunchId launch, TerminalSize size) {
  auto found = attachments_.find(launch);
  if (found != attachments_.end() && found->second->to.terminal)
    set_terminal_size(found->second->input->fd(), size);
}

void Attachments::grant_input(Attachment& attachment) {
  const uint32_t messages = std::exchange(attachment.inputs, 0);
  if (messages == 0 || attachment.client_lost) return;
  Reply reply{attachment.to.request_id, true, RunInputReply{messages}};
  attachment.client_lost = !send_(attachment.to.client, reply);
}

}  // namespace muster
