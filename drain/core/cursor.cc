// See cursor.h. A line of text: "muster-cursor 1 JOURNAL ANSWERED IN_FLIGHT CHECKSUM".
#include "drain/core/cursor.h"

#include <fmt/format.h>
#include <charconv>
#include <vector>

#include "base/digest.h"

namespace muster::drain {
namespace {

std::string body_of(const Cursor& cursor) {
  return fmt::format("muster-cursor 1 {} {} {}", cursor.journal.empty() ? "-" : cursor.journal,
                     cursor.answered, cursor.in_flight);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    words.push_back(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
  return words;
}

bool read_number(std::string_view word, uint64_t& number) {
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
  return problem == std::errc() && end == word.data() + word.size();
}

}  // namespace

std::string encode(const Cursor& cursor) {
  const std::string body = body_of(cursor);
  return fmt::format("{} {:016x}\n", body, digest_of(body));
}

Result<Cursor> parse_cursor(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto words = words_of(text);
  Cursor cursor;
  if (words.size() != 6 || !read_number(words[3], cursor.answered) ||
      !read_number(words[4], cursor.in_flight))
    return fail("the cursor is damaged");
  if (words[2] != "-") cursor.journal = words[2];
  if (encode(cursor) != fmt::format("{}\n", text)) return fail("the cursor is damaged");
  return cursor;
}

}  // namespace muster::drain
