// The one door to the parser of command lines: options are declared with the places that they
// fill, words are parsed into them, and the same declarations make the help. The places outlive the
// parsing. No exception leaves, and no other file knows which library parses.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace muster {

// A declared option; valid as long as the Options that it belongs to.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required() const;
  // Not together with the other one.
  Option excludes(const Option& other) const;
  // The value as the help shows it: "FILE", "N [15]".
  Option shown_as(std::string text) const;
  // Given again, the last one counts; otherwise that is refused.
  Option last_one_counts() const;
  // Parsed, but not in the help.
  Option hidden() const;

  // The rule for a value; a value that breaks it is refused in words that say what is right.
  Option one_of(std::vector<std::string> words) const;
  Option whole_number() const;
  Option positive() const;
  Option number_between(double least, double most) const;
  Option in_range(uint64_t least, uint64_t most) const;
  Option in_range(double least, double most) const;

 private:
  CLI::Option* option_;
};

class Options {
 public:
  // A line that is over: help was asked for (`text` is for stdout), or it is wrong (for stderr).
  struct Ended {
    bool wrong;
    std::string text;
  };
  // A row of the help: an option's names ("--json", "-j"), or the name of a positional word. The
  // value that it takes as the help shows it ("FILE"); of a flag none.
  struct Row {
    std::vector<std::string> names;
    std::string positional, description, value = {};
  };

  // `summary` heads the help, `command` is what is typed before the options; what an option does is
  // said from `help_column` on.
  Options(std::string summary, std::string command, size_t help_column = 30);
  ~Options();
  Options(Options&&) noexcept;

  // `names` as "-e,--env", or "NAME" for a word without one.
  Option flag(const std::string& names, bool& place, const std::string& help);
  Option text(const std::string& names, std::string& place, const std::string& help);
  Option text(const std::string& names, std::optional<std::string>& place, const std::string& help);
  // All words where it has no name; else it is given again for each.
  Option texts(const std::string& names, std::vector<std::string>& place, const std::string& help);
  Option number(const std::string& names, double& place, const std::string& help);
  Option number(const std::string& names, std::optional<double>& place, const std::string& help);
  Option number(const std::string& names, uint64_t& place, const std::string& help);
  Option number(const std::string& names, std::optional<uint64_t>& place, const std::string& help);
  Option number(const std::string& names, std::optional<uint32_t>& place, const std::string& help);
  // Bytes, as 64M.
  Option size(const std::string& names, uint64_t& place, const std::string& help);
  // `take` is handed the word, and answers a complaint if it is not one of the right ones.
  using Take = std::function<std::optional<std::string>(const std::string&)>;
  Option word(const std::string& names, Take take, const std::string& help);
  // `--version` prints it.
  void version(const std::string& text);
  // From the first word that is no option on, everything verbatim.
  void rest(std::vector<std::string>& place);
  // A whole command line, which the help shows behind everything else.
  void example(std::string line) { example_ = std::move(line); }
  // The text that the help shows below the options.
  void footer(std::string text);

  // It is nothing if all places are filled.
  std::optional<Ended> parse(std::vector<std::string> words);
  std::string help() const;
  std::vector<Row> rows() const;

 private:
  std::unique_ptr<CLI::App> app_;
  std::vector<std::string>* rest_ = nullptr;
  std::string example_;
};

}  // namespace muster
