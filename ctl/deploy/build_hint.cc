// See build_hint.h.
#include "ctl/deploy/build_hint.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <string_view>

namespace muster {
namespace {

namespace fs = std::filesystem;

// A file that says what an app needs, and a line of a bin/build that gets it. The first that is
// there counts.
struct Kind {
  std::string_view file, command;
};
constexpr Kind kinds[] = {
    {"pnpm-lock.yaml", "pnpm install --frozen-lockfile"},
    {"yarn.lock", "yarn install --frozen-lockfile"},
    {"package-lock.json", "npm ci"},
    {"package.json", "npm install"},
    {"requirements.txt", "python3 -m venv venv && venv/bin/pip install -r requirements.txt"},
    {"Pipfile", "pipenv install --deploy"},
    {"uv.lock", "uv sync --frozen"},
    {"poetry.lock", "poetry install --no-root"},
    {"pyproject.toml", "python3 -m venv venv && venv/bin/pip install ."},
    {"Gemfile", "bundle install"},
    {"go.mod", "go build -o bin/ ./..."},
    {"Cargo.toml", "cargo build --release"},
    {"composer.json", "composer install --no-dev"},
    {"mix.exs", "mix deps.get && mix compile"},
    {"pom.xml", "mvn package"},
    {"build.gradle", "gradle build"},
    {"Makefile", "make"},
};

// Words with which shells, kernels and interpreters say that something is not there.
constexpr std::string_view signs_of_lack[] = {
    "No such file",       "not found",          "Cannot find ",     "Could not find",
    "could not find",     "No module named",    "cannot load such", "Could not locate",
    "no required module", "cannot be executed", "status 127",       "status 126",
};

bool speaks_of_lack(std::string_view text) {
  return std::any_of(std::begin(signs_of_lack), std::end(signs_of_lack),
                     [&](auto sign) { return text.find(sign) != text.npos; });
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

}  // namespace

std::string build_program(const std::string& checkout) {
  const std::string program = checkout + "/bin/build";
  return is_file(program) && access(program.c_str(), X_OK) == 0 ? program : "";
}

std::string doubt_about_build(const std::string& checkout) {
  if (!is_file(checkout + "/bin/build") || !build_program(checkout).empty()) return "";
  return "bin/build is not executable and was not run: git update-index --chmod=+x bin/build";
}

std::string build_hint(const std::string& checkout, const std::string& why,
                       const std::vector<std::string>& lines) {
  if (!build_program(checkout).empty()) return "";
  if (!speaks_of_lack(why) && std::none_of(lines.begin(), lines.end(), speaks_of_lack)) return "";
  if (auto doubt = doubt_about_build(checkout); !doubt.empty()) return doubt;
  for (auto& kind : kinds)
    if (is_file(fs::path(checkout) / kind.file))
      return fmt::format(
          "There is a {} and no bin/build, so nothing was installed: commit an executable "
          "bin/build, as\n#!/bin/sh\n{}",
          kind.file, kind.command);
  return "";
}

}  // namespace muster
