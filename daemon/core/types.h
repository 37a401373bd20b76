// The app's process types as the core looks them up: by name, without a search through all of them.
// Replaced as a whole when the files are read again.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/model.h"

namespace muster {

class Types {
 public:
  explicit Types(AppModel model) : model_(std::move(model)) {
    for (size_t i = 0; i < model_.types.size(); i++) index_.emplace(model_.types[i].name, i);
  }

  const AppModel& model() const { return model_; }
  size_t size() const { return model_.types.size(); }
  // The place in the Procfile, counted from 0.
  std::optional<size_t> index_of(std::string_view type) const {
    auto it = index_.find(type);
    return it == index_.end() ? std::nullopt : std::optional(it->second);
  }
  const ProcessType* find(std::string_view type) const {
    auto index = index_of(type);
    return index ? &model_.types[*index] : nullptr;
  }

 private:
  AppModel model_;
  std::map<std::string, size_t, std::less<>> index_;
};

}  // namespace muster
