// Hands texts to the converters of ctl import as if they were files. Reads nothing.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "ctl/import/converters.h"

namespace muster {

// A text beside which there are no other files, in an environment where HOME is /home/ann.
inline ImportSource source_of(std::string text, std::string file = "FILE") {
  return {std::move(file), std::move(text), "/srv/shop",
          [](const std::string& name) {
            return name == "HOME" ? std::optional<std::string>("/home/ann") : std::nullopt;
          },
          [](const std::string&) { return std::vector<ImportSource::Found>(); }};
}

struct ImportedFiles {
  WrittenApp app;
  std::string notes;  // a line each
};

inline ImportedFiles files_from(Result<Imported> (*convert)(const ImportSource&),
                                const ImportSource& source, bool has_env_file = false) {
  auto imported = convert(source);
  INFO((imported ? "" : imported.message()));
  REQUIRE(imported);
  auto app = written(*imported, has_env_file);
  INFO((app ? "" : app.message()));
  REQUIRE(app);
  std::string notes;
  for (auto& note : imported->notes) notes += note.text() + '\n';
  return {*app, notes};
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace muster
