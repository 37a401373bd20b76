// See reading.h.
#include "ctl/logs/reading.h"

#include <fmt/format.h>

namespace muster {

LogTime time_of(const LogReading& reading, const Session& session) {
  return reading.time.value_or(session.out.is_terminal() ? LogTime::brief : LogTime::full);
}

std::unique_ptr<LogPrinter> make_printer(const LogReading& reading, const Session& session,
                                         const Endpoints& endpoints) {
  if (reading.json) return make_json_printer();
  const bool terminal = session.out.is_terminal();
  const bool colours = !reading.no_colour && has_colours(session);
  LogLook look;
  look.line = line_look(terminal, colours);
  look.time = time_of(reading, session);
  look.starts_in_one_line = reading.query.starts_in_one_line;
  look.now = read_clocks().wall;
  if ((colours || look.time != LogTime::full) && daemon_runs(endpoints))
    look.types = types_of_app(session);
  return make_text_printer(std::move(look));
}

void add_lines(Options& options, std::optional<uint64_t>& lines, const std::string& help) {
  const auto take = [&lines](const std::string& word) -> std::optional<std::string> {
    constexpr size_t most_digits = 18;
    const bool well = !word.empty() && word.size() <= most_digits &&
                      word.find_first_not_of("0123456789") == word.npos;
    if (!well && word != "all")
      return fmt::format("'{}' is not a whole number from 0 on, nor 'all'", word);
    lines = well ? std::stoull(word) : UINT64_MAX;
    return std::nullopt;
  };
  options.word("-n,--num", take, help).last_one_counts().shown_as("N");
}

void add_look(Options& options, LogReading& reading) {
  options.flag("--json", reading.json, "An object a line");
  const auto take = [&reading](const std::string& word) -> std::optional<std::string> {
    constexpr std::pair<std::string_view, LogTime> words[] = {{"full", LogTime::full},
                                                              {"short", LogTime::brief},
                                                              {"none", LogTime::none},
                                                              {"utc", LogTime::utc}};
    for (auto& [name, meaning] : words)
      if (word == name) {
        reading.time = meaning;
        return std::nullopt;
      }
    return fmt::format("'{}' is none of full, short, none, utc", word);
  };
  options
      .word("--time", take,
            "How a line begins: short (10:15:02 web.1 |, as a terminal has it), the same by utc, "
            "with none, or full, as a pipe has it")
      .last_one_counts()
      .shown_as("full|short|none|utc");
  options.flag("--no-color", reading.no_colour, "As --color=never");
}

}  // namespace muster
