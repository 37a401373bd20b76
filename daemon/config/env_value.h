// The value of a line of an .env file: how it is read, and whether its writer may have meant
// something else. Knows no lines but its own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// 'VALUE' literally, "VALUE" with its escapes, anything else literally.
std::string env_value_of(std::string_view written);

// The quote that the value begins with and that nothing closes in this line; 0: there is none.
char unclosed_quote(std::string_view written);

// Why the value may not be what was meant, and what to write instead. `is_set` tells whether there
// is a variable of that name.
using IsSet = std::function<bool(std::string_view)>;
std::optional<std::string> doubt_about_value(std::string_view key, std::string_view written,
                                             const IsSet& is_set);

}  // namespace muster
