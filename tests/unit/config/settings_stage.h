// An app of two types, and what is said of its settings: shared by the tests of muster.toml.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/settings_file.h"

inline muster::AppModel shop() { return {{{"web", "serve"}, {"worker", "work"}}, {}}; }

inline muster::SettingsComplaints outcome_of(const std::string& text,
                                             muster::AppModel model = shop()) {
  return muster::take_settings(text, "muster.toml", model);
}

using Texts = std::vector<std::string>;

inline Texts texts_of(const std::vector<muster::Complaint>& complaints) {
  Texts texts;
  for (auto& complaint : complaints) texts.push_back(complaint.text());
  return texts;
}
