// The frames of control messages; see codec.h.
#include "proto/check_request.h"
#include "proto/codec.h"
#include "proto/codec_reader.h"
#include "proto/codec_writer.h"
#include "proto/describe_message.h"
#include "proto/limits.h"

namespace muster {
namespace {

template <class Message>
std::string map_frame(const Message& message) {
  std::vector<char> bytes;
  wire::Appender appender{bytes};
  wire::Packer packer(appender);
  wire::write_fields(packer, message);
  return std::string(bytes.begin(), bytes.end());
}

// Makes `body` the alternative whose name on the wire is `name`.
template <class... Alternatives>
void choose(std::variant<Alternatives...>& body, std::string_view field, std::string_view name) {
  const bool known =
      ((wire::name_on_wire<Alternatives> == name ? (body.template emplace<Alternatives>(), true)
                                                 : false) ||
       ...);
  if (!known) throw wire::Malformed(fmt::format("unknown {} '{}'", field, name.substr(0, 64)));
}

template <class Message>
Message message_of(std::string_view frame, size_t most_bytes, std::string_view kind_field) {
  if (frame.size() > most_bytes) throw wire::Malformed(fmt::format("{} bytes", frame.size()));
  msgpack::zone zone;
  const msgpack::object map = wire::unpack_map(frame, limits::control_elements, zone);
  wire::refuse_doubles(map);
  wire::FieldReader reader{map};
  std::string kind;
  reader.must(kind_field, kind);
  Message message;
  choose(message.body, kind_field, kind);
  describe(reader, message);
  return message;
}

// A payload is judged by its decoder: that one is not understood spoils no other.
void read_records(std::span<const std::string_view> frames, ReplayRecordsReply& reply) {
  if (frames.size() % 2 != 0) throw wire::Malformed("a record without its payload");
  for (size_t i = 0; i < frames.size(); i += 2) {
    if (frames[i].size() > limits::bus_topic) throw wire::Malformed("a topic beyond the limits");
    reply.records.emplace_back(frames[i], frames[i + 1]);
  }
}

}  // namespace

Frames encode(const Request& request) { return {map_frame(request)}; }

Frames encode(const Reply& reply) {
  Frames frames = {map_frame(reply)};
  if (const auto* replay = std::get_if<ReplayRecordsReply>(&reply.body)) {
    frames.reserve(1 + 2 * replay->records.size());
    for (const auto& [topic, payload] : replay->records) {
      frames.push_back(topic);
      frames.push_back(payload);
    }
  }
  return frames;
}

Result<Request> decode_request(std::span<const std::string_view> frames) try {
  if (frames.size() != 1) return fail("request: {} frames instead of one", frames.size());
  auto request = message_of<Request>(frames[0], limits::control_message, "verb");
  if (auto problem = problem_with(request)) return fail("request: {}", *problem);
  return request;
} catch (const std::exception& error) {
  return fail("request: {}", error.what());
}

Result<Reply> decode_reply(std::span<const std::string_view> frames) try {
  if (frames.empty()) return fail("reply: no frames");
  auto reply = message_of<Reply>(frames[0], limits::control_reply, "reply");
  if (auto* replay = std::get_if<ReplayRecordsReply>(&reply.body))
    read_records(frames.subspan(1), *replay);
  else if (frames.size() != 1)
    return fail("reply: {} frames instead of one", frames.size());
  return reply;
} catch (const std::exception& error) {
  return fail("reply: {}", error.what());
}

std::optional<uint64_t> decode_id(std::span<const std::string_view> frames) try {
  if (frames.empty() || frames[0].size() > limits::control_message) return std::nullopt;
  msgpack::zone zone;
  const msgpack::object map = wire::unpack_map(frames[0], limits::control_elements, zone);
  wire::refuse_doubles(map, "id");
  uint64_t id = 0;
  wire::FieldReader{map}.must("id", id);
  return id;
} catch (const std::exception&) {
  return std::nullopt;
}

}  // namespace muster
