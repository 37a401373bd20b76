// The converters, one per kind of file: a text to an app in terms of this one. An error is for
// what is not such a file at all, with its line; the rest is noted. Pure but for what the source
// lets them reach.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ctl/import/imported.h"

namespace muster {

Result<Imported> import_supervisor(const ImportSource& source);
Result<Imported> import_compose(const ImportSource& source);
Result<Imported> import_process_compose(const ImportSource& source);
Result<Imported> import_pm2(const ImportSource& source);
Result<Imported> import_foreman(const ImportSource& source);

struct ImportFormat {
  std::string_view name, what;
  Result<Imported> (*convert)(const ImportSource&);
};
std::span<const ImportFormat> import_formats();
const ImportFormat* find_import_format(std::string_view name);
// By the name of the file, else by what stands in it; nothing if that could be anything.
const ImportFormat* guess_import_format(std::string_view file, std::string_view text);

}  // namespace muster
