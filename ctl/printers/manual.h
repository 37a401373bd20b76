// The manual pages ctl(1) and muster.toml(5), as troff. Keeps: each is made from what help and
// documentation are made from.
#pragma once

#include <string>
#include <string_view>

namespace muster {

std::string manual_of_ctl();
std::string manual_of_settings();

// The reference of muster.toml as it stands in docs/.
std::string_view settings_document();

}  // namespace muster
