// See attachments.h.
#include "daemon/edge/output/attachments.h"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/edge/linux/terminal.h"
#include "daemon/edge/output/input_queue.h"
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
  bool end_sent = false;  // or there is no process to send it to
};

struct Attachments::Attachment {
  Attachment(const Outlet& outlet, const Launch::Attachment& to)
      : exchange(std::make_unique<Exchange>(outlet, to.client, to.request_id, to.credit)),
        has_terminal(to.terminal) {}

  std::unique_ptr<Exchange> exchange;
  bool has_terminal = false;
  bool begun = false;
  std::array<Source, 2> sources;
  std::unique_ptr<InputQueue> input;

  // Where no client is left that could read it, what is printed is thrown away.
  bool may_read() const { return exchange->is_over() || exchange->may_send(); }
};

Attachments::Attachments(Loop& loop, const Outlet& outlet, std::function<void()> on_ended,
                         std::function<void(LaunchId)> on_input_ended)
    : loop_(loop),
      outlet_(outlet),
      on_ended_(std::move(on_ended)),
      on_input_ended_(std::move(on_input_ended)) {}

Attachments::~Attachments() = default;

Result<> Attachments::open(const Launch& launch, PipeEnds ends) {
  auto attachment = std::make_unique<Attachment>(outlet_, *launch.attached);
  auto* raw = attachment.get();
  attachment->sources[0] = {Stream::out, std::move(ends.out), nullptr};
  attachment->sources[1] = {Stream::err, std::move(ends.err), nullptr};
  for (auto& source : attachment->sources)
    source.poll = std::make_unique<Poll>(loop_, source.pipe.get(), [this, raw, &source] {
      pass_on(*raw, source);
      watch(*raw);
    });
  // A terminal that was kept was kept once.
  if (!ends.in && attachment->has_terminal)
    ends.in.reset(fcntl(raw->sources[0].pipe.get(), F_DUPFD_CLOEXEC, 0));
  const auto on_written = [raw](uint32_t messages) {
    raw->exchange->hold(raw->input->bytes());
    raw->exchange->grant_inputs(messages);
  };
  attachment->input = std::make_unique<InputQueue>(
      loop_, std::move(ends.in), on_written, [this, id = launch.launch] { on_input_ended_(id); });
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
  return found == attachments_.end() || found->second->may_read() ? pipe_patience : client_patience;
}

std::array<int, 2> Attachments::pipes(LaunchId launch) const {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return {-1, -1};
  auto& sources = found->second->sources;
  return {sources[0].pipe.get(), sources[1].pipe.get()};
}

// A terminal is kept as what is read.
int Attachments::input_end(LaunchId launch) const {
  auto found = attachments_.find(launch);
  if (found == attachments_.end() || found->second->has_terminal) return -1;
  return found->second->input->fd();
}

bool Attachments::attach(const Attach& wanted) {
  auto found = attachments_.find(wanted.launch);
  if (found == attachments_.end()) return false;
  Attachment& attachment = *found->second;
  const Launch::Attachment& to = wanted.to;
  attachment.exchange = std::make_unique<Exchange>(outlet_, to.client, to.request_id, to.credit);
  if (to.terminal) resize(wanted.launch, *to.terminal);
  if (attachment.begun) drain(wanted.launch);
  return true;
}

void Attachments::close(LaunchId launch) { attachments_.erase(launch); }

void Attachments::grant(LaunchId launch, uint32_t messages) {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return;
  found->second->exchange->grant(messages);
  if (found->second->begun) drain(launch);
}

void Attachments::forget(const ClientId& client) {
  for (auto& [launch, attachment] : attachments_) {
    if (attachment->exchange->client() != client) continue;
    attachment->exchange->forget();
    if (attachment->begun) drain(launch);
  }
}

void Attachments::forget(LaunchId launch) {
  auto found = attachments_.find(launch);
  if (found == attachments_.end()) return;
  found->second->exchange->forget();
  if (found->second->begun) drain(launch);
}

void Attachments::pause() {
  paused_ = true;
  for (auto& [launch, attachment] : attachments_) watch(*attachment);
}

bool Attachments::all_taken() const {
  return std::all_of(attachments_.begin(), attachments_.end(), [](auto& entry) {
    const Exchange& exchange = *entry.second->exchange;
    return exchange.is_over() || exchange.client().empty() ||
           exchange.credit() >= limits::credit_messages;
  });
}

bool Attachments::pass_on(Attachment& attachment, Source& source) {
  if (paused_ || source.end_sent || !attachment.may_read()) return false;
  std::string data;
  if (!source.at_end) {
    data.resize(limits::output_message);
    ssize_t n = read(source.pipe.get(), data.data(), data.size());
    // The error of a terminal that no process has open any more.
    const bool hung_up = n < 0 && errno == EIO;
    if (n < 0 && !hung_up) return false;
    data.resize(static_cast<size_t>(std::max<ssize_t>(n, 0)));
    source.at_end = n <= 0;
  }
  if (!attachment.exchange->is_over())
    attachment.exchange->more(RunOutputReply{source.stream, std::move(data)});
  if (source.at_end) {
    source.end_sent = true;
    on_ended_();
  }
  return true;
}

void Attachments::watch(Attachment& attachment) {
  for (auto& source : attachment.sources) {
    bool wanted = !paused_ && attachment.begun && attachment.may_read() && !source.at_end;
    source.poll->watch(wanted ? Poll::readable : Poll::nothing);
  }
}

void Attachments::input(LaunchId launch, const std::string& data, bool eof) {
  auto found = attachments_.find(launch);
  if (found == attachments_.end() || paused_) return;
  Attachment& attachment = *found->second;
  attachment.exchange->count_input();
  attachment.input->add(data, eof);
  attachment.exchange->hold(attachment.input->bytes());
}

void Attachments::resize(LaunchId launch, TerminalSize size) {
  auto found = attachments_.find(launch);
  if (found != attachments_.end() && found->second->has_terminal)
    set_terminal_size(found->second->input->fd(), size);
}

}  // namespace muster
