// See options.h. CLI11's exceptions end here.
#include "daemon/options.h"

#include <CLI/CLI.hpp>

#include "daemon/edge/successor.h"
#include "proto/version.h"

namespace muster {

namespace {
constexpr int wrong_usage = 2;
constexpr double longest_grace = 86400;  // a day: more is a typing error
constexpr uint32_t highest_port = 65535;
constexpr uint64_t smallest_journal = 1 << 20;  // a few records of the largest size

template <class T>
void add_choice(CLI::App& cli, const std::string& option, T& place,
                const std::map<std::string, T>& choices, const std::string& text,
                const std::string& usual) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (auto& [word, meaning] : choices) words.push_back(word);
  cli.add_option_function<std::string>(
         option,
         [&place, choices, words, option](const std::string& word) {
           const auto found = choices.find(word);
           if (found == choices.end())
             throw CLI::ValidationError(
                 option, fmt::format("'{}' is none of {}", word, fmt::join(words, ", ")));
           place = found->second;
         },
         text)
      ->option_text(fmt::format("{} [{}]", fmt::join(words, "|"), usual));
}
}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
  DaemonOptions options;
  double grace = 10;
  bool no_color = false, no_timestamp = false;

  CLI::App cli("Runs the processes of an app in the wished formation, and routes what they print.",
               "musterd");
  cli.set_version_flag("--version", std::string("musterd ") + version);
  cli.add_option("APPDIR", options.directory, "directory of the app, with its Procfile")
      ->option_text("DIRECTORY [.]");
  cli.add_flag("-d,--daemon", options.background,
               "go into the background once everything is ready");
  cli.add_option("--app", options.app, "name of the app (default: the directory's)")
      ->option_text("NAME");
  cli.add_option("-f,--procfile", options.procfile, "another Procfile than APPDIR/Procfile")
      ->option_text("FILE");
  cli.add_option("-e,--env", options.env_files,
                 "file of KEY=VALUE lines, may be repeated (default: APPDIR/.env if it exists)")
      ->allow_extra_args(false)
      ->option_text("FILE");
  cli.add_option(
         "-m,--formation", options.formation,
         "formation to start with, as web=2,worker=1 (default: the last one, or one of each type)")
      ->option_text("FORMATION");
  cli.add_option("-p,--port", options.base_port,
                 "port of the first process (default: PORT, or 5000)")
      ->check(CLI::Range(1u, highest_port))
      ->option_text("PORT");
  cli.add_option("-t,--timeout", grace, "seconds between SIGTERM and SIGKILL")
      ->check(CLI::Range(0.0, longest_grace))
      ->option_text("SECONDS [10]");
  cli.add_option("--journal-size", options.journal.total_bytes,
                 "how much of the disk the journal may take; the oldest goes first")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(smallest_journal, UINT64_MAX))
      ->option_text("SIZE [1G]");
  add_choice<journal::Durability>(
      cli, "--durability", options.journal.durability,
      {{"page", journal::Durability::page},
       {"group", journal::Durability::group},
       {"each", journal::Durability::each}},
      "what a power cut may take: what the kernel has not written yet (page), the last moment "
      "(group), or nothing that was published (each)",
      "page");
  add_choice<journal::WhenFull>(
      cli, "--when-full", options.journal.when_full,
      {{"block", journal::WhenFull::block}, {"drop", journal::WhenFull::drop}},
      "while the journal takes nothing, as on a full disk: who prints waits (block), or lines are "
      "dropped, which is told when there is room again (drop)",
      "block");
  cli.add_flag("--no-color", no_color, "no colours on a terminal");
  cli.add_flag("--no-timestamp", no_timestamp, "no time before the lines");
  bool formats = false;
  cli.add_flag("--formats", formats, "print the versions of what is kept on disk and handed over")
      ->group("");
  cli.footer("Steer it from another terminal with `ctl`, see `ctl --help`.");

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    int status = cli.exit(outcome);
    return {std::nullopt, status == 0 ? 0 : wrong_usage};
  }
  if (formats) {
    fmt::print("{}", formats_text());
    return {std::nullopt, 0};
  }
  options.stop_grace = std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(grace));
  options.color = !no_color;
  options.timestamp = !no_timestamp;
  return {std::move(options), 0};
}

}  // namespace muster
