// See table.h.
#include "ctl/printers/table.h"

#include "base/colour.h"
#include "base/terminal_text.h"

namespace muster {
namespace {

constexpr size_t gap = 2;

size_t characters(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace

size_t Table::left_of_last() const {
  size_t left = 0;
  for (size_t i = 0; i + 1 < columns_.size(); ++i) left += columns_[i].width + gap;
  return left;
}

void Table::put(size_t column, std::string_view text, std::string_view colour,
                std::string& out) const {
  std::string safe;
  append_terminal_safe(text, safe);
  const bool last = column + 1 == columns_.size();
  const size_t length = characters(safe), width = columns_[column].width;
  const size_t blanks = length < width ? width - length : 0;
  if (columns_[column].right) out.append(blanks, ' ');
  if (!colour.empty()) out += colour;
  out += safe;
  if (!colour.empty()) out += colour_off;
  if (last) return;
  if (!columns_[column].right) out.append(blanks, ' ');
  out.append(gap, ' ');
}

std::string Table::text(bool colours) const {
  std::string out;
  for (size_t i = 0; i < columns_.size(); ++i) put(i, columns_[i].head, {}, out);
  out += '\n';
  for (size_t i = 0; i < columns_.size(); ++i) put(i, std::string(columns_[i].width, '-'), {}, out);
  out += '\n';
  for (auto& row : rows_) {
    for (size_t i = 0; i < columns_.size(); ++i)
      put(i, row[i].text, colours ? row[i].colour : std::string_view(), out);
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
  return out;
}

}  // namespace muster
