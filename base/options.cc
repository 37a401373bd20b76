// See options.h. CLI11's exceptions end here, and its header, which takes longer to compile than
// most files that have options, is included here alone.
#include "base/options.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

namespace muster {
namespace {

CLI::Validator valid_if(std::function<bool(const std::string&)> well, std::string complaint) {
  return CLI::Validator(
      [well = std::move(well), complaint = std::move(complaint)](const std::string& text) {
        return well(text) ? std::string() : fmt::format("'{}' is not {}", text, complaint);
      },
      "");
}

bool is_named(const std::string& names) { return names.starts_with('-'); }

}  // namespace

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::excludes(const Option& other) const {
  option_->excludes(other.option_);
  return *this;
}

Option Option::shown_as(std::string text) const {
  option_->option_text(std::move(text));
  return *this;
}

Option Option::last_one_counts() const {
  option_->take_last();
  return *this;
}

Option Option::hidden() const {
  option_->group("");
  return *this;
}

Option Option::one_of(std::vector<std::string> words) const {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option Option::whole_number() const {
  option_->check(valid_if(
      [](const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
      },
      "a whole number from 0 on"));
  return *this;
}

Option Option::positive() const {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option Option::number_between(double least, double most) const {
  option_->check(valid_if(
      [least, most](const std::string& text) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() && value >= least &&
               value <= most;
      },
      fmt::format("a number from {:g} to {:g}", least, most)));
  return *this;
}

Option Option::in_range(uint64_t least, uint64_t most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::in_range(double least, double most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

Options::Options(std::string summary, std::string command, size_t help_column)
    : app_(std::make_unique<CLI::App>(std::move(summary), std::move(command))) {
  app_->get_formatter()->column_width(help_column);
}

Options::~Options() = default;
Options::Options(Options&&) noexcept = default;

Option Options::flag(const std::string& names, bool& place, const std::string& help) {
  return Option(app_->add_flag(names, place, help));
}

Option Options::text(const std::string& names, std::string& place, const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::text(const std::string& names, std::optional<std::string>& place,
                     const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::texts(const std::string& names, std::vector<std::string>& place,
                      const std::string& help) {
  auto* option = app_->add_option(names, place, help);
  if (is_named(names)) option->allow_extra_args(false);
  return Option(option);
}

Option Options::number(const std::string& names, double& place, const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::number(const std::string& names, std::optional<double>& place,
                       const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::number(const std::string& names, uint64_t& place, const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::number(const std::string& names, std::optional<uint64_t>& place,
                       const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::number(const std::string& names, std::optional<uint32_t>& place,
                       const std::string& help) {
  return Option(app_->add_option(names, place, help));
}

Option Options::size(const std::string& names, uint64_t& place, const std::string& help) {
  return Option(app_->add_option(names, place, help)->transform(CLI::AsSizeValue(false)));
}

Option Options::word(const std::string& names, Take take, const std::string& help) {
  return Option(app_->add_option_function<std::string>(
      names,
      [take = std::move(take), names](const std::string& word) {
        if (auto complaint = take(word)) throw CLI::ValidationError(names, *complaint);
      },
      help));
}

void Options::version(const std::string& text) { app_->set_version_flag("--version", text); }

void Options::rest(std::vector<std::string>& place) {
  app_->prefix_command();
  rest_ = &place;
}

void Options::footer(std::string text) { app_->footer(std::move(text)); }

std::optional<Options::Ended> Options::parse(std::vector<std::string> words) {
  try {
    std::reverse(words.begin(), words.end());
    app_->parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return Ended{false, help()};
  } catch (const CLI::CallForVersion& version) {
    return Ended{false, std::string(version.what()) + '\n'};
  } catch (const CLI::ParseError& error) {
    return Ended{true, error.what()};
  }
  if (rest_) *rest_ = app_->remaining();
  return std::nullopt;
}

std::string Options::help() const {
  constexpr std::string_view options = "[OPTIONS]";
  std::string text = app_->help();
  // The library knows nothing of what follows the options verbatim.
  if (const size_t at = text.find(options); rest_ && at != text.npos)
    text.insert(at + options.size(), " [--] COMMAND [WORDS...]");
  if (!example_.empty()) text += fmt::format("\nExample:\n  {}\n", example_);
  return text;
}

std::vector<Options::Row> Options::rows() const {
  std::vector<Row> rows;
  for (const CLI::Option* option : std::as_const(*app_).get_options()) {
    Row& row = rows.emplace_back();
    for (auto& name : option->get_lnames()) row.names.push_back("--" + name);
    for (auto& name : option->get_snames()) row.names.push_back("-" + name);
    row.positional = option->get_name(true);
    row.description = option->get_description();
    if (option->get_items_expected_max() > 0 && !option->get_positional()) {
      const std::string shown = option->get_option_text();
      row.value = shown.empty() ? option->get_type_name() : shown;
    }
  }
  return rows;
}

}  // namespace muster
