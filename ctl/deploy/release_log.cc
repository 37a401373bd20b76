// See release_log.h.
#include "ctl/deploy/release_log.h"

#include <fmt/format.h>
#include <thread>
#include <variant>

#include "ctl/printers/text.h"
#include "daemon/config/model.h"
#include "proto/codec.h"
#include "proto/process_name.h"

namespace muster {
namespace {

// A release may have thousands of processes, each with its last lines.
constexpr size_t shown_of_a_line = 500;
// Between the answer of the daemon and the log that says the same.
constexpr Nanos notice_time = 5s;
constexpr size_t most_blamed = 16;  // others' come before the one that is waited for

bool is_release_process(std::string_view process) {
  const auto name = parse_process_name(process);
  return name && name->type == release_type;
}

}  // namespace

ReleaseLog::ReleaseLog(const Endpoints& endpoints, Show show)
    : show_(std::move(show)),
      joiner_(LineJoiner::Partial::wait, [this](const JoinedLine& line) { take(line); }) {
  ReplayRequest from_now_on;
  from_now_on.lines = 0;
  auto subscriber = Subscriber::open(endpoints, caller_name(), {from_now_on, true});
  if (subscriber) subscriber_.emplace(std::move(*subscriber));
  // Until history is over it may lack what is logged now.
  while (subscriber_) {
    auto delivery = subscriber_->next(notice_time);
    if (!delivery || !*delivery)
      subscriber_.reset();
    else if ((*delivery)->kind == Delivery::Kind::caught_up)
      return;
  }
}

void ReleaseLog::look(Nanos patience) {
  while (subscriber_) {
    auto delivery = subscriber_->next(patience);
    if (!delivery) return subscriber_.reset();
    if (!*delivery) return;
    if ((*delivery)->kind == Delivery::Kind::record) take((*delivery)->payload);
    patience = 0s;
  }
}

void ReleaseLog::look_for(Nanos time) {
  const MonoTime deadline = read_clocks().mono + time;
  for (Nanos left = time; left > 0s; left = deadline - read_clocks().mono)
    if (subscriber_)
      look(left);
    else
      std::this_thread::sleep_for(left);
}

void ReleaseLog::take(std::string_view payload) {
  auto record = decode_record(payload);
  if (!record) return;
  auto* log = std::get_if<LogRecord>(&*record);
  if (!log) return take(std::get<EventRecord>(*record));
  execution(log->process, log->launch);
  joiner_.add(*log);
}

ReleaseLog::Execution& ReleaseLog::execution(std::string_view process, uint64_t launch) {
  const auto found = last_.find(process);
  Execution& last = found != last_.end() ? found->second : last_[std::string(process)];
  if (last.launch >= launch) return last;
  const bool is_of_release = first_ && last.launch >= *first_;
  last = {launch, {}, is_of_release ? std::move(last.lines) : std::deque<std::string>()};
  return last;
}

void ReleaseLog::take(const EventRecord& event) {
  if (event.kind == RecordKind::exit && event.launch) joiner_.end(*event.launch);
  if (event.kind == RecordKind::start && event.launch) {
    first_ = first_.value_or(*event.launch);
    execution(event.process, *event.launch);
  }
  if (event.kind == RecordKind::state && event.to == "up" && !is_release_process(event.process)) {
    if (is_made_)
      show_(event.process + " up");
    else
      up_.push_back(event.process);
  }
  if (event.kind != RecordKind::notice) return;
  const std::string_view text = event.text;
  if (!text.starts_with("Release v")) return;
  if (text.find(" created by ") != text.npos) {
    up_.clear();
    first_.reset();
  }
  // From then on its processes are launched anew.
  constexpr std::string_view because = ": ";
  const size_t blame = text.find(because);
  if (blame == text.npos || blamed_.size() == most_blamed) return;
  const std::string_view process = text.substr(blame + because.size());
  blamed_[event.text] = last_lines(process.substr(0, process.find(' ')));
}

void ReleaseLog::take(const JoinedLine& line) {
  const std::string text = terminal_safe(line.text.substr(0, shown_of_a_line));
  if (is_release_process(line.process)) show_(text);
  auto& last = execution(line.process, 0).lines;
  last.push_back(text);
  if (last.size() > kept_lines) last.pop_front();
}

void ReleaseLog::is_made() {
  look(0s);
  is_made_ = true;
  for (auto& process : std::exchange(up_, {})) show_(process + " up");
}

std::vector<std::string> ReleaseLog::lines_blamed_by(const std::string& notice) {
  const MonoTime deadline = read_clocks().mono + notice_time;
  for (;;) {
    const auto found = blamed_.lower_bound(notice);
    if (found != blamed_.end() && found->first.starts_with(notice)) return found->second;
    const Nanos left = deadline - read_clocks().mono;
    if (!subscriber_ || left <= 0s) return {};
    look(left);
  }
}

std::vector<std::string> ReleaseLog::last_lines(std::string_view process) {
  joiner_.flush();
  const Execution& last = execution(process, 0);
  const auto& lines = last.lines.empty() ? last.before : last.lines;
  return {lines.begin(), lines.end()};
}

}  // namespace muster
