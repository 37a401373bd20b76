// The manual pages ctl(1), muster.toml(5) and muster-journal(7), as troff. Keeps: each is made from
// what help and documentation are made from.
#pragma once

#include <string>
#include <string_view>

namespace muster {

std::string manual_of_ctl();
std::string manual_of_settings();
std::string manual_of_journal();

// The reference of muster.toml as it stands in docs/.
std::string_view settings_document();
// The format of the journal as it stands in router/.
std::string_view journal_document();

}  // namespace muster
