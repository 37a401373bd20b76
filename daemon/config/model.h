// The app as its files describe it: plain values, no files, no defaults hidden elsewhere. Every
// complaint carries file:line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings.h"

namespace muster {

struct ProcessType {
  std::string name;
  std::string command;
  Settings settings = {};
  bool operator==(const ProcessType&) const = default;
};

// More than one process of it would do the same work twice. Its line in muster.toml counts, else
// its name.
inline bool is_singleton(const ProcessType& type) {
  return type.settings.singleton.value_or(is_singleton_by_name(type.name));
}

// The tables of muster.toml that are no type's: what all have, and what one-offs have besides.
inline constexpr std::string_view defaults_table = "app", one_offs_table = "run";
// And the one that says where other machines come in, if the Procfile has no such type.
inline constexpr std::string_view remote_table = "remote";

// The type with this name runs before each release.
inline constexpr std::string_view release_type = "release";

// How many processes of it a formation may have, and as a part of a sentence, for who wanted more,
// why no more.
struct Scalability {
  uint32_t most;
  std::string_view why;
};
Scalability scalability(const ProcessType& type);

// A file as it was when a model was made of it.
struct FileTaken {
  std::string name;  // as complaints call it
  std::string path;
  uint64_t digest = 0;  // of what was read; 0: there was no such file
};

struct AppModel {
  std::vector<ProcessType> types;  // in the order of the Procfile, names unique
  Environment env;                 // of the .env files, names unique
  Settings defaults = {};          // of what is said of no type
  Settings one_offs = {};          // of those of no type, and how all of them are isolated
  std::optional<ListenAddress> remote = {};  // where other machines come in; none: nowhere
  std::string root = {};  // the directory that was read, links resolved; empty: not known
  std::vector<FileTaken> files = {};  // the Procfile first; empty: not known
  // The same is said by both.
  bool operator==(const AppModel& other) const {
    return types == other.types && env == other.env && defaults == other.defaults &&
           one_offs == other.one_offs && remote == other.remote && root == other.root;
  }

  const ProcessType* find(std::string_view type) const {
    for (auto& t : types)
      if (t.name == type) return &t;
    return nullptr;
  }
};

// Something in a file that was not taken as written. `text()` is "FILE:LINE: MESSAGE", or "FILE:
// MESSAGE" for line 0.
struct Complaint {
  std::string file;
  uint32_t line = 0;
  std::string message;
  std::string text() const {
    return line ? file + ':' + std::to_string(line) + ": " + message : file + ": " + message;
  }
};

// A file may hold half a million lines that are wrong.
inline constexpr size_t most_complaints = 100;
inline void add_complaint(std::vector<Complaint>& complaints, Complaint complaint) {
  if (complaints.size() > most_complaints) return;
  if (complaints.size() == most_complaints)
    complaint = {complaint.file, complaint.line, "and more like these, from here on"};
  complaints.push_back(std::move(complaint));
}

}  // namespace muster
