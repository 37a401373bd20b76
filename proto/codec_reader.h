// Reads what a `describe` lists from a msgpack map. Part of the codec: nothing else includes this.
// Throws Malformed, with the field's name, for what is missing or has the wrong type; skips what it
// does not know. Views in what is read point into the bytes that were unpacked.
#pragma once

#include <fmt/format.h>
#include <limits>
#include <span>
#include <stdexcept>

#include "base/result.h"
#include "proto/codec_writer.h"
#include "proto/limits.h"

namespace muster::wire {

struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The one object of `bytes`, owned by `zone`; nothing may follow it. Throws Malformed.
msgpack::object unpack_map(std::string_view bytes, size_t most_elements, msgpack::zone& zone,
                           size_t depth = limits::control_depth);

// Throws Malformed if a key comes twice in a map, or in one within it: two readers could each
// believe another of the two. Only of this key, if one is named.
void refuse_doubles(const msgpack::object& object, std::string_view only = {});

// It is nothing if the map has no such key, or nil for it.
const msgpack::object* find(const msgpack::object& map, std::string_view key);

// Views to str or bin.
std::string_view text_of(const msgpack::object& object);

template <class T>
T one_of(const msgpack::object& object, std::span<const T> choices) {
  const std::string_view name = text_of(object);
  for (const T choice : choices)
    if (name_of(choice) == name) return choice;
  throw Malformed(fmt::format("'{}' is none of those that exist", name.substr(0, 64)));
}

inline constexpr Stream streams[] = {Stream::out, Stream::err};
inline constexpr Tail tails[] = {Tail::newline, Tail::split, Tail::partial, Tail::eof};
inline constexpr Refusal refusals[] = {Refusal::no, Refusal::usage, Refusal::gone, Refusal::late};
// All values of an enum that is on the wire by name.
template <class T>
inline constexpr std::span<const T> choices{};
template <>
inline constexpr std::span<const RecordKind> choices<RecordKind>{record_kinds};
template <>
inline constexpr std::span<const Stream> choices<Stream>{streams};
template <>
inline constexpr std::span<const Tail> choices<Tail>{tails};
template <>
inline constexpr std::span<const Refusal> choices<Refusal>{refusals};

inline void read(const msgpack::object& object, std::string& text) { text = text_of(object); }
inline void read(const msgpack::object& object, std::string_view& text) { text = text_of(object); }
template <Named T>
void read(const msgpack::object& object, T& named) {
  named = one_of<T>(object, choices<T>);
}
void read(const msgpack::object& object, bool& value);
void read(const msgpack::object& object, WallTime& time);
void read(const msgpack::object& object, MonoTime& time);
void read(const msgpack::object& object, Nanos& time);
template <std::integral T>
void read(const msgpack::object& object, T& number);
template <class String>
void read(const msgpack::object& object, Bytes<String>& bytes);
template <class T>
void read(const msgpack::object& object, std::optional<T>& value);
template <class A, class B>
void read(const msgpack::object& object, std::pair<A, B>& pair);
template <class T>
void read(const msgpack::object& object, std::vector<T>& list);
template <class T>
void read(const msgpack::object& object, std::map<std::string, T>& map);
template <Row T>
void read(const msgpack::object& object, T& row);

template <std::integral T>
void read(const msgpack::object& object, T& number) {
  using Limits = std::numeric_limits<T>;
  const bool positive = object.type == msgpack::type::POSITIVE_INTEGER;
  if (!positive && object.type != msgpack::type::NEGATIVE_INTEGER)
    throw Malformed("not an integer");
  const bool fits = positive ? std::in_range<T>(object.via.u64) : std::in_range<T>(object.via.i64);
  if (!fits) throw Malformed(fmt::format("not within {} to {}", Limits::min(), Limits::max()));
  number = positive ? static_cast<T>(object.via.u64) : static_cast<T>(object.via.i64);
}
template <class String>
void read(const msgpack::object& object, Bytes<String>& bytes) {
  bytes.value = text_of(object);
}
template <class T>
void read(const msgpack::object& object, std::optional<T>& value) {
  value = T();  // clang 14 takes no emplace() of a nested aggregate
  read(object, *value);
}
inline std::span<const msgpack::object> elements_of(const msgpack::object& object) {
  if (object.type != msgpack::type::ARRAY) throw Malformed("not a list");
  return {object.via.array.ptr, object.via.array.size};
}
template <class A, class B>
void read(const msgpack::object& object, std::pair<A, B>& pair) {
  const auto elements = elements_of(object);
  if (elements.size() != 2) throw Malformed("not a pair");
  read(elements[0], pair.first);
  read(elements[1], pair.second);
}
template <class T>
void read(const msgpack::object& object, std::vector<T>& list) {
  const auto elements = elements_of(object);
  list.clear();
  list.reserve(elements.size());
  for (const msgpack::object& element : elements) read(element, list.emplace_back());
}
template <class T>
void read(const msgpack::object& object, std::map<std::string, T>& map) {
  if (object.type != msgpack::type::MAP) throw Malformed("not a map");
  for (const auto& [key, value] : std::span(object.via.map.ptr, object.via.map.size)) {
    T& place = map[std::string(text_of(key))];
    read(value, place);
  }
}

struct FieldReader {
  const msgpack::object& map;

  template <class T>
  void must(std::string_view name, T&& value) {
    if (!take(name, value)) throw Malformed(fmt::format("field '{}' is missing", name));
  }
  template <class T>
  void may(std::string_view name, T&& value) {
    take(name, value);
  }
  // Has been looked at already: it is why this message is read and not another.
  void tag(std::string_view, std::string_view) {}

 private:
  template <class T>
  bool take(std::string_view name, T& value) {
    const msgpack::object* object = find(map, name);
    if (!object) return false;
    try {
      read(*object, value);
    } catch (const Malformed& inner) {
      throw Malformed(fmt::format("field '{}': {}", name, inner.what()));
    }
    return true;
  }
};

template <Row T>
void read(const msgpack::object& object, T& row) {
  if (object.type != msgpack::type::MAP) throw Malformed("not a map");
  FieldReader reader{object};
  describe(reader, row);
}

}  // namespace muster::wire
