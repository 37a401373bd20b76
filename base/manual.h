// Manual pages as troff: what is common to the pages of all programs, and a page made from a
// document in Markdown. Pure. Keeps: no text is read by troff as a request of its own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muster {

struct ManualRow {
  std::string_view term, text;
};

// Text as it is to be shown.
std::string troff(std::string_view text);
// The lines up to the end of NAME.
std::string manual_head(std::string_view page, int section, std::string_view version,
                        std::string_view summary);
std::string manual_section(std::string_view heading, std::string_view text);
// A list of terms, each with its text.
std::string manual_list(std::string_view heading, std::span<const ManualRow> rows);
// FILES, ENVIRONMENT and SEE ALSO, which musterd(8) and ctl(1) have in common.
std::string manual_places();
std::string manual_see_also(std::string_view others);

// The sections of a document: headings, paragraphs, lists, tables and blocks of code.
std::string manual_of_markdown(std::string_view document);

}  // namespace muster
