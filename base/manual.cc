// See manual.h.
#include "base/manual.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <vector>

namespace muster {
namespace {

constexpr ManualRow files[] = {
    {"/var/lib/muster/APP, ~/.local/state/muster/APP",
     "The state of an app, for root and for others ($XDG_STATE_HOME/muster/APP): the journal, the "
     "formation, the releases with the config vars, and of an app that is deployed the repository "
     "and the checkouts."},
    {"/run/muster/APP, $XDG_RUNTIME_DIR/muster/APP",
     "The sockets and the lock of a daemon that runs."},
    {"Procfile", "NAME: COMMAND, a line for each process type."},
    {".env", "KEY=VALUE, a line for each variable of the app's environment."},
    {"~/.config/muster/hosts",
     "NAME ssh://[USER@]HOST[:PORT][/APP], a line for each machine of -H."},
    {"/etc/muster/APP.toml",
     "Directory, user, home and options of an app of the machine: muster@APP and ctl go by it."},
    {"muster.toml", "Settings for each type; see muster.toml(5)."},
};

constexpr ManualRow environment[] = {
    {"MUSTER_APP", "The app that ctl means where no -a says another one."},
    {"MUSTER_HOST", "The machine that ctl means where no -H says another one."},
    {"MUSTER_HOME", "A directory for state and sockets, in the place of the usual ones."},
    {"XDG_STATE_HOME, XDG_RUNTIME_DIR", "Where state and sockets are for those who are not root."},
    {"PORT", "The port of the first process, where no -p says another one."},
    {"NO_COLOR, FORCE_COLOR, TERM",
     "Colours: off where NO_COLOR is not empty, on where FORCE_COLOR is neither empty nor 0, off "
     "where TERM is dumb. --color beats all of them."},
};

bool begins_with(std::string_view line, std::string_view beginning) {
  return line.starts_with(beginning);
}

// `code` and **words** are bold, a link is its text.
std::string inline_troff(std::string_view text) {
  std::string out;
  bool is_code = false, is_bold = false;
  const auto toggle = [&](bool& state) {
    state = !state;
    out += is_code || is_bold ? "\\fB" : "\\fR";
  };
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] == '`') {
      toggle(is_code);
    } else if (!is_code && text.substr(at, 2) == "**") {
      toggle(is_bold);
      at++;
    } else if (const size_t end = text.find("](", at);
               !is_code && text[at] == '[' && end != text.npos) {
      out += inline_troff(text.substr(at + 1, end - at - 1));
      at = std::min(text.find(')', end), text.size() - 1);
    } else {
      const std::string shown = troff(text.substr(at, 1));
      out += text[at] == '.' || text[at] == '\'' ? std::string(1, text[at]) : shown;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  std::string cell;
  bool is_code = false;
  for (char c : row.substr(1)) {
    if (c == '`') is_code = !is_code;
    if (c == '|' && !is_code) {
      const size_t first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
      cells.push_back(first == cell.npos ? "" : cell.substr(first, last - first + 1));
      cell.clear();
    } else {
      cell += c;
    }
  }
  return cells;
}

std::string heading_of(std::string_view text) {
  std::string heading(text);
  std::transform(heading.begin(), heading.end(), heading.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return heading;
}

// Reads a document line by line. The cells of a table's row stand below its first cell.
class Converter {
 public:
  void take(std::string_view line) {
    if (begins_with(line, "```")) {
      in_code_ = !in_code_;
      out_ += in_code_ ? ".PP\n.RS 4\n.nf\n" : ".fi\n.RE\n";
    } else if (in_code_) {
      out_ += troff(line) + "\n";
    } else if (begins_with(line, "# ") || line.empty()) {
      is_broken_ = true;
      columns_.clear();
    } else if (begins_with(line, "## ")) {
      out_ += ".SH " + heading_of(troff(line.substr(3))) + "\n";
      is_broken_ = false;
    } else if (begins_with(line, "### ")) {
      out_ += ".SS " + inline_troff(line.substr(4)) + "\n";
      is_broken_ = false;
    } else if (begins_with(line, "|")) {
      take_row(cells_of(line));
    } else if (begins_with(line, "- ")) {
      out_ += ".IP \\(bu 2\n" + inline_troff(line.substr(2)) + "\n";
      is_broken_ = false;
    } else {
      if (is_broken_) out_ += ".PP\n";
      is_broken_ = false;
      out_ += inline_troff(line.substr(std::min(line.find_first_not_of(' '), line.size()))) + "\n";
    }
  }

  std::string text() && { return std::move(out_); }

 private:
  void take_row(std::vector<std::string> cells) {
    if (columns_.empty()) {
      columns_ = std::move(cells);
      return;
    }
    if (cells.empty() || begins_with(cells.front(), "---")) return;
    out_ += ".TP\n" + inline_troff(cells.front()) + "\n";
    for (size_t i = 1; i < cells.size(); i++) {
      const std::string column = i < columns_.size() ? columns_[i] : "";
      if (i > 1) out_ += ".br\n";
      out_ += (column.empty() ? "" : inline_troff(column) + ": ") + inline_troff(cells[i]) + "\n";
    }
    is_broken_ = true;
  }

  std::string out_;
  std::vector<std::string> columns_;
  bool in_code_ = false, is_broken_ = false;
};

}  // namespace

std::string troff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins = c == '\n';
  }
  return out;
}

std::string manual_head(std::string_view page, int section, std::string_view version,
                        std::string_view summary) {
  return fmt::format(".TH {} {} \"\" \"muster {}\" \"Muster\"\n.SH NAME\n{} \\- {}\n",
                     heading_of(page), section, version, troff(page), troff(summary));
}

std::string manual_section(std::string_view heading, std::string_view text) {
  return fmt::format(".SH {}\n{}\n", heading, troff(text));
}

std::string manual_list(std::string_view heading, std::span<const ManualRow> rows) {
  std::string text = fmt::format(".SH {}\n", heading);
  for (auto& row : rows)
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", troff(row.term), troff(row.text));
  return text;
}

std::string manual_places() {
  return manual_list("FILES", files) + manual_list("ENVIRONMENT", environment);
}

std::string manual_see_also(std::string_view others) {
  return fmt::format(".SH SEE ALSO\n{}\n", troff(others));
}

std::string manual_of_markdown(std::string_view document) {
  Converter converter;
  while (!document.empty()) {
    const size_t end = std::min(document.find('\n'), document.size());
    converter.take(document.substr(0, end));
    document.remove_prefix(std::min(end + 1, document.size()));
  }
  return std::move(converter).text();
}

}  // namespace muster
