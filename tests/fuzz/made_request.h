// Requests made by hand, from bytes that say which fields with which values: most are nearly right,
// which bytes alone hardly ever are. The fields are those of PROTOCOL.md, and the values the odd
// ones of their types.
#pragma once

#include <cstdint>
#include <msgpack.hpp>
#include <string>
#include <string_view>

namespace muster {

class MadeRequest {
 public:
  explicit MadeRequest(std::string_view bytes) : left_(bytes) {}

  std::string frame() {
    const uint32_t fields = next() % 12;
    packer_.pack_map(3 + fields);
    packer_.pack("id");
    value(3);
    packer_.pack("verb");
    packer_.pack(verbs[next() % std::size(verbs)]);
    packer_.pack("by");
    packer_.pack("a@b");
    for (uint32_t i = 0; i < fields; i++) {
      packer_.pack(names[next() % std::size(names)]);
      value(3);
    }
    return {buffer_.data(), buffer_.size()};
  }

 private:
  static constexpr const char* verbs[] = {
      "ps",       "scale",  "restart", "stop",    "start",    "kill",   "run",    "attach",
      "config",   "status", "deploy",  "reload",  "shutdown", "replay", "credit", "input",
      "rollback", "signal", "resize",  "version", "releases", "cancel", "upgrade"};
  static constexpr const char* names[] = {
      "names",    "usage",  "changes",  "number",  "command", "env",     "detach", "credit",
      "terminal", "shared", "memory",   "disk",    "cpu",     "timeout", "inside", "process",
      "set",      "unset",  "code",     "version", "commit",  "from",    "lines",  "since",
      "until",    "topics", "messages", "data",    "eof",     "id",      "unknown"};
  static constexpr std::string_view texts[] = {
      "", "web", "web.1", "A", "A=B", "A\nB", {"a\0b", 3}, "log/", "\xff\xfe", "web=2", "../x"};
  static constexpr uint64_t numbers[] = {
      0, 1, 2, 16, 64, 65, UINT32_MAX, uint64_t{1} << 32, INT64_MAX, uint64_t{1} << 63, UINT64_MAX};

  uint8_t next() {
    if (left_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  std::string_view text() { return texts[next() % std::size(texts)]; }

  void value(int depth) {
    switch (const uint8_t kind = next() % (depth > 0 ? 10 : 7)) {
      case 0:
        packer_.pack_nil();
        break;
      case 1:
        packer_.pack(next() % 2 == 0);
        break;
      case 2:
        packer_.pack(numbers[next() % std::size(numbers)]);
        break;
      case 3:
        packer_.pack_int64(-int64_t(numbers[next() % std::size(numbers)] >> 1));
        break;
      case 4:
        packer_.pack(1.5);
        break;
      case 5:
      case 6: {
        const std::string_view chosen = text();
        if (kind == 5) {
          packer_.pack(chosen);
        } else {
          packer_.pack_bin(uint32_t(chosen.size()));
          packer_.pack_bin_body(chosen.data(), uint32_t(chosen.size()));
        }
        break;
      }
      case 7:
      case 8: {
        const uint32_t count = next() % 5;
        packer_.pack_array(count);
        for (uint32_t i = 0; i < count; i++) value(kind == 7 ? 0 : depth - 1);
        break;
      }
      default: {
        const uint32_t count = next() % 5;
        packer_.pack_map(count);
        for (uint32_t i = 0; i < count; i++) {
          packer_.pack(text());
          value(depth - 1);
        }
      }
    }
  }

  std::string_view left_;
  msgpack::sbuffer buffer_;
  msgpack::packer<msgpack::sbuffer> packer_{buffer_};
};

}  // namespace muster
