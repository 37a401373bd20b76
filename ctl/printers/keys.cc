// See keys.h.
#include "ctl/printers/keys.h"

#include <fmt/format.h>

#include "base/json.h"
#include "ctl/printers/text.h"
#include "proto/key_text.h"

namespace muster {
namespace {

std::string in_words(const std::string& key) {
  return fmt::format("{} {}", key, words_of_key_text(key));
}

}  // namespace

std::string keys_table(const KeysReply& reply) {
  std::string text = fmt::format("server  {}\nlisten  {}\n",
                                 reply.server.empty() ? "has no key yet" : in_words(reply.server),
                                 reply.listen.empty() ? "nowhere" : reply.listen);
  if (!reply.next_server.empty())
    text += fmt::format("next    {} from {}\n", reply.next_server,
                        format_utc(reply.next_from.value_or(WallTime{})));
  for (auto& key : reply.keys) {
    text += fmt::format("{:<12} {:<8} {}", key.name, key.role, in_words(key.key));
    if (!key.from.empty()) text += " from=" + key.from;
    if (!key.until.empty()) text += " until=" + key.until;
    if (key.once) text += fmt::format(" invited until {}", format_utc(*key.once));
    if (!key.note.empty()) text += " # " + terminal_safe(key.note);
    text += '\n';
  }
  return text;
}

std::string keys_json(const KeysReply& reply) {
  Json keys = Json::array();
  for (auto& key : reply.keys)
    keys.push_back({{"name", key.name},
                    {"role", key.role},
                    {"key", key.key},
                    {"words", words_of_key_text(key.key)},
                    {"from", key.from},
                    {"until", key.until},
                    {"invited_until", key.once ? Json(format_utc(*key.once)) : Json()},
                    {"note", key.note}});
  return text_of({{"server", reply.server},
                  {"server_words", words_of_key_text(reply.server)},
                  {"next_server", reply.next_server},
                  {"next_from", reply.next_from ? Json(format_utc(*reply.next_from)) : Json()},
                  {"listen", reply.listen},
                  {"keys", keys}},
                 2) +
         '\n';
}

}  // namespace muster
