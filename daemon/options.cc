// See options.h.
#include "daemon/options.h"

#include <fmt/format.h>
#include <map>

#include "base/options.h"
#include "daemon/edge/takeover/successor.h"
#include "daemon/manual.h"
#include "daemon/units.h"
#include "proto/version.h"

namespace muster {

namespace {
constexpr int wrong_usage = 2;
constexpr double longest_grace = 86400;  // a day: more is a typing error
constexpr uint64_t highest_port = 65535;
constexpr uint64_t smallest_journal = 1 << 20;  // a few records of the largest size

template <class T>
void add_choice(Options& line, const std::string& names, T& place,
                const std::map<std::string, T>& choices, const std::string& text,
                const std::string& usual) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (auto& [word, meaning] : choices) words.push_back(word);
  const auto take = [&place, choices, words](const std::string& word) {
    const auto found = choices.find(word);
    if (found != choices.end()) place = found->second;
    return found != choices.end()
               ? std::nullopt
               : std::optional(fmt::format("'{}' is none of {}", word, fmt::join(words, ", ")));
  };
  line.word(names, take, text).shown_as(fmt::format("{} [{}]", fmt::join(words, "|"), usual));
}

// The words as the shell gave them, filled into `options` and what is not kept there.
struct Rest {
  double grace = 10;
  bool no_color = false, no_timestamp = false, formats = false, manual = false;
  std::string units;
};

void add_options(Options& line, DaemonOptions& options, Rest& rest) {
  line.version(std::string("musterd ") + version);
  line.text("APPDIR", options.directory, "directory of the app, with its Procfile")
      .shown_as("DIRECTORY [.]");
  line.flag("-d,--daemon", options.background, "go into the background once everything is ready");
  line.text("--app", options.app,
            "name of the app (default: the directory's, numbered if another one has it)")
      .shown_as("NAME");
  line.text("-f,--procfile", options.procfile, "another Procfile than APPDIR/Procfile")
      .shown_as("FILE");
  line.texts("-e,--env", options.env_files,
             "file of KEY=VALUE lines, may be repeated (default: APPDIR/.env if it exists)")
      .shown_as("FILE");
  line.text(
          "-m,--formation", options.formation,
          "formation to start with, as web=2,worker=1 (default: the last one, or one of each type)")
      .shown_as("FORMATION");
  line.number(
          "-p,--port", options.base_port,
          "port of the first process, kept (default: PORT, or the one that was chosen for the app)")
      .in_range(uint64_t{1}, highest_port)
      .shown_as("PORT");
  line.text("--exit-on", options.exit_on,
            "end the app with the first process of this type that ends by itself, and with its "
            "status")
      .shown_as("TYPE");
  line.number("-t,--timeout", rest.grace, "seconds between SIGTERM and SIGKILL")
      .in_range(0.0, longest_grace)
      .shown_as("SECONDS [10]");
  line.size("--journal-size", options.journal.total_bytes,
            "how much of the disk the journal may take; the oldest goes first")
      .in_range(smallest_journal, UINT64_MAX)
      .shown_as("SIZE [1G]");
  add_choice<journal::Durability>(
      line, "--durability", options.journal.durability,
      {{"page", journal::Durability::page},
       {"group", journal::Durability::group},
       {"each", journal::Durability::each}},
      "what a power cut may take: what the kernel has not written yet (page), the last moment "
      "(group), or nothing that was published (each)",
      "page");
  add_choice<journal::WhenFull>(
      line, "--when-full", options.journal.when_full,
      {{"block", journal::WhenFull::block}, {"drop", journal::WhenFull::drop}},
      "while the journal takes nothing, as on a full disk: who prints waits (block), or lines are "
      "dropped, which is told when there is room again (drop)",
      "block");
  add_choice<bool>(line, "--format", options.json, {{"text", false}, {"json", true}},
                   "the lines in the foreground: for people, or an object a line (json)", "text");
  add_choice<ColourWish>(line, "--color", options.color,
                         {{"auto", ColourWish::automatic},
                          {"always", ColourWish::always},
                          {"never", ColourWish::never}},
                         "colours of the lines: on a terminal, always, never", "auto");
  line.flag("--no-color", rest.no_color, "as --color never");
  line.flag("--no-timestamp", rest.no_timestamp, "no time before the lines");
  line.flag("--formats", rest.formats, "print the versions of what is kept on disk and handed over")
      .hidden();
  line.flag("--manual", rest.manual, "print the manual page").hidden();
  line.text("--units", rest.units, "write what /etc/muster says as units of systemd")
      .shown_as("DIRECTORY")
      .hidden();
  line.footer("Steer it from another terminal with `ctl`, see `ctl --help`.");
}

Options command_line() {
  return {"Runs the processes of an app in the wished formation, and routes what they print.",
          "musterd"};
}
}  // namespace

std::string daemon_help() {
  DaemonOptions options;
  Rest rest;
  Options line = command_line();
  add_options(line, options, rest);
  return line.help();
}

ParsedOptions parse_options(int argc, char** argv) {
  DaemonOptions options;
  Rest rest;
  Options line = command_line();
  add_options(line, options, rest);
  if (const auto ended = line.parse({argv + 1, argv + argc})) {
    if (ended->wrong)
      fmt::print(stderr, "{}\nRun with --help for more information.\n", ended->text);
    else
      fmt::print("{}", ended->text);
    return {std::nullopt, ended->wrong ? wrong_usage : 0};
  }
  if (rest.formats || rest.manual) {
    fmt::print("{}", rest.formats ? formats_text() : manual_of_daemon());
    return {std::nullopt, 0};
  }
  if (!rest.units.empty()) return {std::nullopt, write_units(rest.units) ? 0 : 1};
  options.stop_grace = std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(rest.grace));
  if (rest.no_color) options.color = ColourWish::never;
  options.timestamp = !rest.no_timestamp;
  return {std::move(options), 0};
}

}  // namespace muster
