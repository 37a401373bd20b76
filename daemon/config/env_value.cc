// See env_value.h.
#include "daemon/config/env_value.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "daemon/config/text_lines.h"

namespace muster {
namespace {

constexpr char single = '\'', twofold = '"';

bool is_quoted(std::string_view value, char quote) {
  return value.size() >= 2 && value.front() == quote && value.back() == quote;
}

char quote_of(std::string_view written) {
  const bool begins = written.starts_with(single) || written.starts_with(twofold);
  return begins ? written.front() : '\0';
}

// Where the quote that the value begins with ends, as a shell sees it.
size_t closing_quote(std::string_view written) {
  const char quote = written.front();
  for (size_t i = 1; i < written.size(); ++i) {
    if (written[i] == quote) return i;
    if (quote == twofold && written[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

// In two passes, as foreman does it: first `\n` becomes a newline wherever it stands, then a
// backslash before any character but a newline goes away. So `\\n` is a backslash and a newline.
std::string unescaped(std::string_view text) {
  std::string with_newlines;
  for (size_t i = 0; i < text.size(); ++i) {
    bool newline = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    with_newlines += newline ? '\n' : text[i];
    i += newline;
  }
  std::string out;
  for (size_t i = 0; i < with_newlines.size(); ++i) {
    bool escape =
        with_newlines[i] == '\\' && i + 1 < with_newlines.size() && with_newlines[i + 1] != '\n';
    out += with_newlines[i += escape];
  }
  return out;
}

bool is_blank(char c) { return blanks.find(c) != blanks.npos; }

bool is_of_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The part of the value that a shell would replace: `${NAME}`, `$(command)`, or `$NAME` of a
// variable that there is. Another dollar is as likely to be one of a password.
std::string_view reference_in(std::string_view value, const IsSet& is_set) {
  constexpr std::array<std::string_view, 4> everybodys = {"HOME", "PATH", "PORT", "USER"};
  for (size_t at = value.find('$'); at != value.npos; at = value.find('$', at + 1)) {
    if (at > 0 && value[at - 1] == '\\') continue;
    const std::string_view rest = value.substr(at + 1);
    if (rest.starts_with('{') || rest.starts_with('(')) {
      const size_t end = rest.find(rest.front() == '{' ? '}' : ')');
      if (end != rest.npos && end > 1 && (rest.front() == '(' || is_of_name(rest[1])))
        return value.substr(at, end + 2);
      continue;
    }
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_of_name);
    const std::string_view name(rest.begin(), end);
    const bool is_known = std::find(everybodys.begin(), everybodys.end(), name) != everybodys.end();
    if (!name.empty() && (is_known || is_set(name))) return value.substr(at, name.size() + 1);
  }
  return {};
}

// Where a comment begins that stands behind a blank.
size_t comment_in(std::string_view value) {
  for (size_t at = value.find('#'); at != value.npos; at = value.find('#', at + 1))
    if (at > 0 && is_blank(value[at - 1])) return at;
  return value.npos;
}

std::optional<std::string> doubt_about_quoted(std::string_view written) {
  const size_t end = closing_quote(written);
  if (end == written.npos)
    return fmt::format("the quote is not closed, and so is part of the value: close it with {}",
                       written.front());
  const std::string_view behind = written.substr(end + 1);
  if (behind.empty()) return {};
  if (trim(behind).starts_with('#') && is_blank(behind.front()))
    return "the comment is part of the value, and so are the quotes: write it in a line of its own";
  if (is_quoted(written, written.front())) return {};
  if (trim(behind).empty())
    return "a blank behind the closing quote makes the quotes part of the value: take it away";
  return "the value goes on behind its closing quote, so the quotes are part of it: write them "
         "round all of it";
}

}  // namespace

std::string env_value_of(std::string_view written) {
  if (is_quoted(written, single)) return std::string(written.substr(1, written.size() - 2));
  if (is_quoted(written, twofold)) return unescaped(written.substr(1, written.size() - 2));
  return std::string(written);
}

char unclosed_quote(std::string_view written) {
  const char quote = quote_of(written);
  return quote && closing_quote(written) == written.npos ? quote : '\0';
}

std::optional<std::string> doubt_about_value(std::string_view key, std::string_view written,
                                             const IsSet& is_set) {
  const char quote = quote_of(written);
  if (quote)
    if (auto doubt = doubt_about_quoted(written)) return doubt;
  const std::string_view bare = trim(written);
  if (!quote && bare.size() != written.size()) {
    const bool is_quoted_behind = quote_of(bare) != '\0';
    if (is_blank(written.front()))
      return fmt::format("the blank behind the '=' is part of the value{}: write {}={}",
                         is_quoted_behind ? ", and so are the quotes" : "", key,
                         is_quoted_behind ? "\"...\"" : "...");
    if (comment_in(written) == written.npos)
      return fmt::format(
          "the blank at the end is part of the value: take it away, or write {}='...'", key);
  }
  if (!quote && comment_in(written) != written.npos)
    return "the comment is part of the value: write it in a line of its own, or the value in "
           "quotes "
           "if it is none";
  if (quote == single) return {};
  if (const std::string_view reference = reference_in(written, is_set); !reference.empty())
    return fmt::format(
        "{} is not replaced by anything: write what it stands for, or the value in "
        "single quotes if it is meant so",
        reference);
  return {};
}

}  // namespace muster
