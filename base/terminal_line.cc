// See terminal_line.h.
#include "base/terminal_line.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "base/colour_codes.h"
#include "base/terminal_text.h"

namespace muster {
namespace {

constexpr char escape = '\x1b';
constexpr size_t longest_control = 66;   // a colour of each kind and some attributes
constexpr size_t most_processes = 4096;  // whose blank lines are remembered
constexpr size_t most_blanks = 200;      // more rows than a screen has

struct Control {
  std::string_view sequence;
  enum Kind { clearing, erasing, returning } kind;
};
// The controls that clear a screen (clear, console.clear, tsc, vite); those with which progress
// bars, grep and tput end a line, which do nothing here; and those that bring the cursor back.
constexpr Control controls[] = {
    {"\x1b[2J", Control::clearing},
    {"\x1b[3J", Control::clearing},
    {"\x1b[J", Control::clearing},
    {"\x1b[0J", Control::clearing},
    {"\x1b[H", Control::clearing},
    {"\x1b[1;1H", Control::clearing},
    {"\x1b[;H", Control::clearing},
    {"\x1b[1;1f", Control::clearing},
    {"\x1b"
     "c",
     Control::clearing},
    {"\x1b[K", Control::erasing},
    {"\x1b[0K", Control::erasing},
    {"\x1b[2K", Control::erasing},
    {"\x1b[?25l", Control::erasing},
    {"\x1b[?25h", Control::erasing},
    {"\x1b(B", Control::erasing},
    {"\r", Control::returning},
    {"\x1b[G", Control::returning},
    {"\x1b[1G", Control::returning},
};

struct Token {
  enum Kind { text, colour, clearing, erasing, returning } kind = text;
  std::string_view bytes;
};

// Text up to the next control, or one control. A control that is none of ours is text.
Token token_at(std::string_view rest) {
  if (rest.front() == escape || rest.front() == '\r') {
    for (auto& control : controls)
      if (rest.starts_with(control.sequence))
        return {control.kind == Control::clearing  ? Token::clearing
                : control.kind == Control::erasing ? Token::erasing
                                                   : Token::returning,
                control.sequence};
    if (const size_t end = rest.substr(0, longest_control).find('m');
        end != rest.npos && ColourCodes::is_sequence(rest.substr(0, end + 1)))
      return {Token::colour, rest.substr(0, end + 1)};
  }
  constexpr char starts[] = {escape, '\r', '\0'};
  return {Token::text, rest.substr(0, rest.find_first_of(starts, 1))};
}

// Up to where something of the line is to be seen, or brings the cursor back.
size_t end_of_text(std::string_view line) {
  size_t end = 0;
  for (size_t at = 0; at < line.size();) {
    const Token token = token_at(line.substr(at));
    at += token.bytes.size();
    if (token.kind == Token::text || token.kind == Token::returning) end = at;
  }
  return end;
}

class Shaping {
 public:
  Shaping(bool colours, std::string& out) : colours_(colours), out_(out), start_(out.size()) {}

  void take(const Token& token, bool at_end) {
    const bool nothing_yet = !seen_ || returned_;
    switch (token.kind) {
      case Token::colour:
        if (colours_) codes_.take(token.bytes, out_);
        break;
      case Token::returning:
        returned_ = seen_;
        break;
      case Token::clearing:
        cleared_ = cleared_ || nothing_yet;
        [[fallthrough]];
      case Token::erasing:
        if (nothing_yet || (token.kind == Token::erasing && (at_end || last_ == Token::colour)))
          break;
        [[fallthrough]];
      case Token::text:
        put(token.bytes);
    }
    last_ = token.kind;
  }

  LineContent end() {
    if (colours_) codes_.end(out_);
    if (seen_) return LineContent::text;
    out_.resize(start_);
    return cleared_ ? LineContent::cleared : LineContent::blank;
  }

 private:
  void put(std::string_view text) {
    if (returned_) {
      out_.resize(start_);
      codes_.again(out_);
      returned_ = false;
    }
    seen_ = true;
    append_terminal_safe(text, out_);
  }

  const bool colours_;
  std::string& out_;
  const size_t start_;
  ColourCodes codes_;
  bool seen_ = false, returned_ = false, cleared_ = false;
  Token::Kind last_ = Token::text;
};

}  // namespace

LineContent append_terminal_line(std::string_view line, bool colours, std::string& out) {
  if (line.empty()) return LineContent::blank;
  constexpr char starts[] = {escape, '\r', '\0'};
  if (line.find_first_of(starts) == line.npos) {
    append_terminal_safe(line, out);
    return LineContent::text;
  }
  Shaping shaping(colours, out);
  const size_t end = end_of_text(line);
  for (size_t at = 0; at < line.size();) {
    const Token token = token_at(line.substr(at));
    at += token.bytes.size();
    shaping.take(token, at >= end);
  }
  return shaping.end();
}

size_t TerminalLines::shape(std::string_view process, std::string_view line) {
  text_.clear();
  const LineContent content = append_terminal_line(line, look_.colours, text_);
  auto found = blanks_.find(process);
  shown_ = content == LineContent::text;
  if (shown_) {
    if (found == blanks_.end()) return 0;
    const size_t held_back = found->second.held_back;
    blanks_.erase(found);
    return held_back;
  }
  if (found == blanks_.end()) {
    if (blanks_.size() >= most_processes) blanks_.clear();
    blanks_.emplace(process, Blanks{content == LineContent::cleared});
    shown_ = content == LineContent::blank;
  } else if (content == LineContent::cleared) {
    found->second = {true};
  } else if (!found->second.after_clearing) {
    found->second.held_back = std::min(found->second.held_back + 1, most_blanks);
  }
  return 0;
}

}  // namespace muster
