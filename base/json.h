// How JSON is written: fields in the order they are set, and never an exception for what is not
// UTF-8.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

using Json = nlohmann::ordered_json;

template <class T>
Json json_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// With `indent` < 0 on one line. Bytes that are not UTF-8 become U+FFFD. A character that could
// steer a terminal is written as \uXXXX, which means the same to a program.
std::string text_of(const Json& json, int indent = -1);

// For bytes that are to be exact, and are no text.
std::string base64(std::string_view bytes);

}  // namespace muster
