// Writes what a `describe` lists as a msgpack map. Part of the codec: nothing else includes this.
// describe(fields, message) calls, for each field, one of
//   fields.must(name, value)   always there
//   fields.may(name, value)    left out while it has the value of a fresh message
//   fields.tag(name, text)     says which message this is
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <msgpack.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "proto/message.h"
#include "proto/record.h"

namespace muster::wire {

// A message as `describe` may be handed it: const to be written, not const to be read.
template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

// Marks a string whose bytes may be anything: `bin` on the wire, never `str`.
template <class String>
struct Bytes {
  String& value;
};
template <class String>
Bytes<String> as_bytes(String& value) {
  return {value};
}

struct Appender {
  std::vector<char>& out;
  void write(const char* data, size_t size) { out.insert(out.end(), data, data + size); }
};
using Packer = msgpack::packer<Appender>;

// Whether decoders that check their strings will accept it as `str`.
bool is_utf8(std::string_view text);

// A map of its own inside of a message.
template <class T>
inline constexpr bool is_row = false;
template <>
inline constexpr bool is_row<ProcessRow> = true;
template <>
inline constexpr bool is_row<TypeRow> = true;
template <>
inline constexpr bool is_row<ReleaseRow> = true;
template <>
inline constexpr bool is_row<HelperRow> = true;
template <>
inline constexpr bool is_row<KeyRow> = true;
template <>
inline constexpr bool is_row<Loss> = true;
template <class T>
concept Row = is_row<std::remove_const_t<T>>;

template <class T>
concept Named = requires(T value) {
  { name_of(value) } -> std::same_as<std::string_view>;
};

template <class T>
bool is_default(const T& value) {
  return value == T{};
}
template <class String>
bool is_default(const Bytes<String>& bytes) {
  return bytes.value.empty();
}
inline bool is_default(Tail tail) { return tail == Tail::newline; }
template <class T>
bool is_default(const std::optional<T>& value) {
  return !value.has_value();
}
template <class T>
bool is_default(const std::vector<T>& list) {
  return list.empty();
}

inline void write_bytes(Packer& packer, std::string_view bytes) {
  packer.pack_bin(static_cast<uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<uint32_t>(bytes.size()));
}
inline void write_str(Packer& packer, std::string_view text) {
  packer.pack_str(static_cast<uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<uint32_t>(text.size()));
}

// Declared first, so that lists of any of them find all of them.
inline void write(Packer& packer, std::string_view text);
inline void write(Packer& packer, const std::string& text);
inline void write(Packer& packer, WallTime time);
inline void write(Packer& packer, MonoTime time);
inline void write(Packer& packer, Nanos time);
template <std::integral T>
void write(Packer& packer, T number);
template <Named T>
void write(Packer& packer, T named);
template <class String>
void write(Packer& packer, const Bytes<String>& bytes);
inline void write(Packer& packer, const std::vector<std::string_view>& lines);
template <class T>
void write(Packer& packer, const std::optional<T>& value);
template <class A, class B>
void write(Packer& packer, const std::pair<A, B>& pair);
template <class T>
void write(Packer& packer, const std::vector<T>& list);
template <class T>
void write(Packer& packer, const std::map<std::string, T>& map);
template <class T>
void write_fields(Packer& packer, const T& message);
template <Row T>
void write(Packer& packer, const T& row);

inline void write(Packer& packer, std::string_view text) {
  is_utf8(text) ? write_str(packer, text) : write_bytes(packer, text);
}
inline void write(Packer& packer, const std::string& text) {
  write(packer, std::string_view(text));
}
inline void write(Packer& packer, WallTime time) {
  packer.pack_int64(time.time_since_epoch().count());
}
inline void write(Packer& packer, MonoTime time) {
  packer.pack_int64(time.time_since_epoch().count());
}
inline void write(Packer& packer, Nanos time) { packer.pack_int64(time.count()); }
template <std::integral T>
void write(Packer& packer, T number) {
  packer.pack(number);
}
template <Named T>
void write(Packer& packer, T named) {
  write_str(packer, name_of(named));
}
template <class String>
void write(Packer& packer, const Bytes<String>& bytes) {
  write_bytes(packer, bytes.value);
}
// Only a record's lines are a list of views: bytes, and the hot path.
inline void write(Packer& packer, const std::vector<std::string_view>& lines) {
  packer.pack_array(static_cast<uint32_t>(lines.size()));
  for (const std::string_view line : lines) write_bytes(packer, line);
}
template <class T>
void write(Packer& packer, const std::optional<T>& value) {
  write(packer, *value);
}
template <class A, class B>
void write(Packer& packer, const std::pair<A, B>& pair) {
  packer.pack_array(2);
  write(packer, pair.first);
  write(packer, pair.second);
}
template <class T>
void write(Packer& packer, const std::vector<T>& list) {
  packer.pack_array(static_cast<uint32_t>(list.size()));
  for (const T& element : list) write(packer, element);
}
template <class T>
void write(Packer& packer, const std::map<std::string, T>& map) {
  packer.pack_map(static_cast<uint32_t>(map.size()));
  for (const auto& [key, value] : map) {
    write(packer, key);
    write(packer, value);
  }
}

// A map begins with its size, so the fields are counted before they are written.
struct FieldCounter {
  uint32_t count = 0;
  template <class T>
  void must(std::string_view, const T&) {
    ++count;
  }
  template <class T>
  void may(std::string_view, const T& value) {
    if (!is_default(value)) ++count;
  }
  void tag(std::string_view, std::string_view) { ++count; }
};

struct FieldWriter {
  Packer& packer;
  template <class T>
  void must(std::string_view name, const T& value) {
    write_str(packer, name);
    write(packer, value);
  }
  template <class T>
  void may(std::string_view name, const T& value) {
    if (!is_default(value)) must(name, value);
  }
  void tag(std::string_view name, std::string_view value) {
    write_str(packer, name);
    write_str(packer, value);
  }
};

template <class T>
void write_fields(Packer& packer, const T& message) {
  FieldCounter counter;
  describe(counter, message);
  packer.pack_map(counter.count);
  FieldWriter writer{packer};
  describe(writer, message);
}
template <Row T>
void write(Packer& packer, const T& row) {
  write_fields(packer, row);
}

}  // namespace muster::wire
