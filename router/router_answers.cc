// The answers that a router gives about itself: how far it is, what a subscriber lacks, what an
// operator should look at. Changes nothing.
#include "proto/message.h"
#include "router/router.h"
#include "router/router_state.h"

namespace muster {

RouterHead Router::head() const {
  RouterHead head;
  auto& writer = state_->recorder.writer();
  if (writer.durability() != journal::Durability::page) head.seq_durable = writer.durable_seq();
  head.seq = writer.numbering().seq();
  head.lines = writer.numbering().lines();
  for (auto& segment : writer.segments()) head.journal_bytes += segment.bytes;
  if (!writer.segments().empty()) {
    head.oldest_seq = writer.segments().front().first_seq;
    head.oldest_time = WallTime(Nanos(writer.segments().front().created));
    head.newest_time = writer.newest();
  }
  return head;
}

uint64_t Router::first_missing(const ReplayRequest& request) const {
  return state_->recorder.writer().numbering().first_missing(request.from.value_or(0),
                                                             {request.topics, request.have});
}

std::string Router::journal() const {
  return journal::journal_name(state_->recorder.writer().key());
}

std::vector<std::string> Router::alarms() const {
  std::vector<std::string> alarms;
  auto& disk = sync_trouble();
  if (!disk.empty()) alarms.push_back(fmt::format("journal: {}; trying again", disk));
  auto& journal = state_->recorder.trouble();
  if (!journal.empty() && disk.empty()) alarms.push_back(journal);
  if (auto& windows = state_->windows_trouble; !windows.empty()) alarms.push_back(windows);
  if (auto& path = state_->windows.full(); !path.empty())
    alarms.push_back("windows: no room at " + path + ", they will not outlive the keeper");
  return alarms;
}

}  // namespace muster
