// Numbers and their checkpoint form; entries are written sorted, so that equal numberings have
// equal bytes.
#include "router/numbering.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace muster {
namespace {

template <class T>
void put(std::vector<char>& out, T value) {
  const char* bytes = reinterpret_cast<const char*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

// Takes from the front of a text that may end too early.
struct Taker {
  std::string_view rest;
  bool short_of = false;

  std::string_view bytes(size_t size) {
    if (rest.size() < size) {
      short_of = true;
      return {};
    }
    auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
  template <class T>
  T number() {
    T value = 0;
    auto taken = bytes(sizeof value);
    std::memcpy(&value, taken.data(), taken.size());
    return value;
  }
};

}  // namespace

RecordNumbers Numbering::next(std::string_view topic) const {
  auto last = topics_.find(topic);
  return {seq_ + 1, last == topics_.end() ? 0 : last->second, lines_};
}

Numbering::StreamEnd Numbering::end_of(uint64_t stream) const {
  auto end = ends_.find(stream);
  return end == ends_.end() ? StreamEnd{} : end->second;
}

bool Numbering::has_since(uint64_t seq, std::string_view prefix) const {
  return std::any_of(topics_.begin(), topics_.end(), [&](auto& topic) {
    return topic.second >= seq && topic.first.starts_with(prefix);
  });
}

namespace {

bool begins_with_one_of(std::string_view topic, const std::vector<std::string>& prefixes) {
  return prefixes.empty() ||
         std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return topic.starts_with(prefix); });
}

uint64_t had(const Numbering::Wish& wish, const std::string& topic) {
  const auto found = wish.have.find(topic);
  return found == wish.have.end() ? 0 : found->second;
}

}  // namespace

uint64_t Numbering::first_missing(uint64_t from, const Wish& wish) const {
  from = std::max<uint64_t>(from, 1);
  if (forgotten_ >= from) return from;
  uint64_t first = seq_ + 1;
  for (auto& [topic, last] : topics_) {
    if (last < from || !begins_with_one_of(topic, wish.topics)) continue;
    const uint64_t known = std::max(had(wish, topic), from - 1);
    if (last > known) first = std::min(first, known + 1);
  }
  return std::max(first, from);
}

uint64_t Numbering::last_wanted(uint64_t first, const Wish& wish) const {
  uint64_t highest = forgotten_ >= first ? forgotten_ : 0;
  for (auto& [topic, last] : topics_)
    if (last >= first && last > highest && begins_with_one_of(topic, wish.topics) &&
        last > had(wish, topic))
      highest = last;
  return highest;
}

void Numbering::note(const journal::RecordHeader& header, std::string_view topic) {
  seq_ = header.seq;
  lines_ = header.line + header.lines;
  auto last = topics_.find(topic);
  if (last == topics_.end()) last = topics_.emplace(topic, 0).first;
  last->second = header.seq;
  if (header.stream)
    ends_[header.stream] = {header.end, (header.flags & journal::flag_unfinished) != 0};
}

void Numbering::keep_streams(const std::unordered_set<uint64_t>& open) {
  std::erase_if(ends_, [&](auto& stream) { return !open.contains(stream.first); });
}

void Numbering::forget_before(uint64_t seq) {
  std::vector<uint64_t> deleted;
  for (auto& [topic, last] : topics_)
    if (last < seq) deleted.push_back(last);
  if (deleted.size() <= deleted_topics) return;
  const auto kept = deleted.end() - ptrdiff_t(deleted_topics);
  std::nth_element(deleted.begin(), kept, deleted.end());
  const uint64_t oldest_kept = *kept;
  for (auto topic = topics_.begin(); topic != topics_.end();) {
    const bool forget = topic->second < oldest_kept;
    if (forget) forgotten_ = std::max(forgotten_, topic->second);
    topic = forget ? topics_.erase(topic) : std::next(topic);
  }
}

void Numbering::encode(std::vector<char>& out) const {
  put(out, uint32_t(topics_.size() + 1));
  put(out, forgotten_);
  put(out, uint8_t(0));
  for (auto& [topic, seq] : std::map<std::string_view, uint64_t>(topics_.begin(), topics_.end())) {
    put(out, seq);
    put(out, uint8_t(topic.size()));
    out.insert(out.end(), topic.begin(), topic.end());
  }
  put(out, uint32_t(ends_.size()));
  for (auto& [stream, end] : std::map<uint64_t, StreamEnd>(ends_.begin(), ends_.end())) {
    put(out, stream);
    put(out, end.end);
    put(out, uint8_t(end.unfinished ? journal::flag_unfinished : 0));
  }
}

Result<Numbering> Numbering::decode(uint64_t seq, uint64_t lines, std::string_view payload) {
  Numbering numbering;
  numbering.seq_ = seq;
  numbering.lines_ = lines;
  numbering.forgotten_ = seq;  // unless it is told: older programs left topics out silently
  Taker from{payload};
  for (auto n = from.number<uint32_t>(); n > 0 && !from.short_of; n--) {
    auto last = from.number<uint64_t>();
    auto topic = from.bytes(from.number<uint8_t>());
    if (topic.empty())
      numbering.forgotten_ = last;
    else
      numbering.topics_.emplace(topic, last);
  }
  for (auto n = from.number<uint32_t>(); n > 0 && !from.short_of; n--) {
    auto stream = from.number<uint64_t>();
    auto end = from.number<uint64_t>();
    numbering.ends_[stream] = {end, (from.number<uint8_t>() & journal::flag_unfinished) != 0};
  }
  if (from.short_of || !from.rest.empty()) return fail("checkpoint at {} is malformed", seq);
  return numbering;
}

}  // namespace muster
