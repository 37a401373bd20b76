// See format.h. A receiver of Heroku's format splits at newlines and refuses a whole batch whose
// messages it counts otherwise, so a message has no newline within it and is never empty.
#include "drain/core/format.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/terminal_text.h"

namespace muster::drain {
namespace {

constexpr size_t longest_logplex = 10'000;  // Heroku's
constexpr size_t longest_syslog = 7'500;    // with its head it is below the 8 KiB of rsyslog
constexpr std::string_view replacement = "\xef\xbf\xbd";
// An app is local7, Muster itself syslog; both at "info", save where Muster tells of a trouble.
constexpr int app_info = 190, muster_notice = 45, muster_error = 43, loss_warning = 172;

int priority_of(const Line& line) {
  switch (line.origin) {
    case Origin::app:
      return app_info;
    case Origin::event:
      return muster_notice;
    case Origin::error:
      return muster_error;
    case Origin::loss:
      break;
  }
  return loss_warning;
}

std::string as_text(std::string_view bytes) {
  if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  std::string out;
  while (!bytes.empty()) {
    const Utf8Character character = first_character(bytes);
    const bool is_kept = character.bytes > 0 && character.code != 0 && character.code != '\n' &&
                         character.code != '\r';
    const size_t length = std::max<size_t>(character.bytes, 1);
    out += is_kept ? bytes.substr(0, length) : replacement;
    bytes.remove_prefix(length);
  }
  return out.empty() ? " " : out;
}

// The end of the first piece, which does not cut a character in two.
size_t piece_of(std::string_view text, size_t longest) {
  if (text.size() <= longest) return text.size();
  size_t end = longest;
  while (end > longest - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) end--;
  return end;
}

// A field of a head is printable, without blanks, and not empty.
std::string field(std::string_view text, size_t longest) {
  std::string out(text.substr(0, longest));
  for (char& c : out)
    if (c <= ' ' || c > '~') c = '_';
  return out.empty() ? "-" : out;
}

}  // namespace

Body logplex_body(const Names&, std::span<const Line> lines) {
  Body body;
  for (const Line& line : lines) {
    const std::string text = as_text(line.text);
    const std::string head =
        fmt::format("<{}>1 {} host {} {} - ", priority_of(line), format_utc(line.time),
                    line.origin == Origin::app ? "app" : "heroku", field(line.process, 128));
    std::string_view rest = text;
    do {
      const auto piece = rest.substr(0, piece_of(rest, longest_logplex));
      body.bytes += fmt::format("{} {}{}\n", head.size() + piece.size() + 1, head, piece);
      body.messages++;
      rest.remove_prefix(piece.size());
    } while (!rest.empty());
  }
  return body;
}

Body syslog_body(const Names& names, std::span<const Line> lines) {
  Body body;
  const std::string host = field(names.host, 255), app = field(names.app, 48);
  for (const Line& line : lines) {
    // The number is the running one of the line, within what the standard has for it.
    const std::string head = fmt::format(
        "<{}>1 {} {} {} {} {} [meta sequenceId=\"{}\"] ", priority_of(line), format_utc(line.time),
        host, app, field(line.process, 128), line.number, line.number % 2'147'483'647 + 1);
    std::string_view rest = line.text;
    do {
      const auto piece = rest.substr(0, piece_of(rest, longest_syslog));
      body.bytes += fmt::format("{} {}{}", head.size() + piece.size(), head, piece);
      body.messages++;
      rest.remove_prefix(piece.size());
    } while (!rest.empty());
  }
  return body;
}

Body json_body(const Names& names, const std::string& journal, std::span<const Line> lines) {
  Body body;
  for (const Line& line : lines) {
    const bool is_app = line.origin == Origin::app;
    Json object = {{"id", id_of(journal, line)},
                   {"app", names.app},
                   {"host", names.host},
                   {"seq", line.seq},
                   {"number", line.number},
                   {"time", format_utc(line.time)},
                   {"source", is_app ? "app" : "muster"},
                   {"process", line.process}};
    if (is_app) object["stream"] = name_of(line.stream);
    if (line.origin == Origin::loss) object["kind"] = "lost";
    if (is_utf8(line.text))
      object["line"] = line.text;
    else
      object["base64"] = base64(line.text);
    body.bytes += text_of(object) + "\n";
    body.messages++;
  }
  return body;
}

}  // namespace muster::drain
