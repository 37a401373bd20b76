// A table for people: a head, a rule and rows, in columns that a long word pushes to the right.
// Knows no meaning of what stands in it; what it is given is made safe for a terminal here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

class Table {
 public:
  struct Column {
    std::string_view head;
    size_t width;  // of the last one only the rule has it
    bool right = false;
  };
  struct Cell {
    std::string text;
    std::string_view colour = {};  // empty: the usual one
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  // How much of a line stands left of the last column.
  size_t left_of_last() const;
  std::string text(bool colours) const;

 private:
  void put(size_t column, std::string_view text, std::string_view colour, std::string& out) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace muster
