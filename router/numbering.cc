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
  std::erase_if(topics_, [&](auto& topic) { return topic.second < seq; });
}

void Numbering::encode(std::vector<char>& out) const {
  put(out, uint32_t(topics_.size()));
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
  Taker from{payload};
  for (auto n = from.number<uint32_t>(); n > 0 && !from.short_of; n--) {
    auto last = from.number<uint64_t>();
    auto topic = from.bytes(from.number<uint8_t>());
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
