// See codec_reader.h.
#include "proto/codec_reader.h"

#include <algorithm>

namespace muster::wire {

msgpack::object unpack_map(std::string_view bytes, size_t most_elements, msgpack::zone& zone,
                           size_t depth) {
  // Every element takes a byte at least, so no honest list has more of them than there are bytes:
  // nothing is allocated for a length that is only claimed.
  const size_t elements = std::min(most_elements, bytes.size());
  const msgpack::unpack_limit limit(elements, elements, bytes.size(), bytes.size(), bytes.size(),
                                    depth);
  const auto refer = [](msgpack::type::object_type, size_t, void*) { return true; };
  size_t end = 0;
  bool referred = false;
  msgpack::object object;
  try {
    object =
        msgpack::unpack(zone, bytes.data(), bytes.size(), end, referred, refer, nullptr, limit);
  } catch (const msgpack::insufficient_bytes&) {
    throw Malformed("cut short");
  } catch (const msgpack::size_overflow&) {
    throw Malformed("too large or too deep");
  } catch (const msgpack::unpack_error&) {
    throw Malformed("not msgpack");
  }
  if (end != bytes.size()) throw Malformed("something follows the map");
  if (object.type != msgpack::type::MAP) throw Malformed("not a map");
  return object;
}

void refuse_doubles(const msgpack::object& object, std::string_view only) {
  if (object.type == msgpack::type::ARRAY)
    for (auto& element : std::span(object.via.array.ptr, object.via.array.size))
      if (element.type == msgpack::type::MAP || element.type == msgpack::type::ARRAY)
        refuse_doubles(element, only);
  if (object.type != msgpack::type::MAP) return;
  std::vector<std::string_view> keys;
  keys.reserve(object.via.map.size);
  for (auto& [key, value] : std::span(object.via.map.ptr, object.via.map.size)) {
    if (key.type == msgpack::type::STR || key.type == msgpack::type::BIN)
      if (const auto name = text_of(key); only.empty() || name == only) keys.push_back(name);
    if (only.empty()) refuse_doubles(value);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end())
    throw Malformed(fmt::format("field '{}' comes twice", twice->substr(0, 64)));
}

const msgpack::object* find(const msgpack::object& map, std::string_view key) {
  for (const auto& entry : std::span(map.via.map.ptr, map.via.map.size)) {
    if (entry.key.type != msgpack::type::STR || entry.val.type == msgpack::type::NIL) continue;
    if (key == std::string_view(entry.key.via.str.ptr, entry.key.via.str.size)) return &entry.val;
  }
  return nullptr;
}

std::string_view text_of(const msgpack::object& object) {
  if (object.type == msgpack::type::STR) return {object.via.str.ptr, object.via.str.size};
  if (object.type == msgpack::type::BIN) return {object.via.bin.ptr, object.via.bin.size};
  throw Malformed("not a text");
}

void read(const msgpack::object& object, bool& value) {
  if (object.type != msgpack::type::BOOLEAN) throw Malformed("neither true nor false");
  value = object.via.boolean;
}

void read(const msgpack::object& object, WallTime& time) {
  int64_t nanoseconds = 0;
  read(object, nanoseconds);
  time = WallTime(Nanos(nanoseconds));
}

void read(const msgpack::object& object, Nanos& time) {
  int64_t nanoseconds = 0;
  read(object, nanoseconds);
  time = Nanos(nanoseconds);
}

void read(const msgpack::object& object, MonoTime& time) {
  Nanos since_start{};
  read(object, since_start);
  time = MonoTime(since_start);
}

}  // namespace muster::wire
