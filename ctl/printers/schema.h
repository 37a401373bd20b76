// The JSON Schema of muster.toml, made of the table of its keys, for editors that complete and
// check TOML by one. It lets nothing by that musterd takes, and a few texts that it refuses.
#pragma once

#include <string>

namespace muster {

std::string schema_of_settings();

}  // namespace muster
