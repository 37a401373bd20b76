// The identity of an app: the directory that it belongs to, and what was chosen once for it. It is
// kept in the app's state directory, in the file `identity`, written by rename. Keeps: a file that
// is there is whole, and a field that a newer version has written is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/endpoints.h"

namespace muster {

// A directory as it was named, links included, and what it led to when it was looked at.
struct AppPlace {
  std::string path, target;
  std::string inode;  // number and time of birth, which no other directory has; empty: not known
};

// A relative name counts from $PWD where that is the current directory, as a shell has it.
Result<AppPlace> place_of(const std::string& directory, const GetEnv& env);

struct AppIdentity {
  AppPlace place;         // no path: the app belongs to no directory, as one that is only pushed to
  bool is_given = false;  // a user chose the name; else it follows from the directory
  uint32_t base_port = 0;  // 0: none was chosen
  bool operator==(const AppIdentity&) const;
};

// Whether an app of this identity is that of a directory: it was named so, or leads there now, or
// it is the very directory, which was moved.
bool belongs_to(const AppIdentity& identity, const AppPlace& place);
// Whether it can still be one's: the directory is there.
bool is_in_place(const AppIdentity& identity);

std::string identity_text(const AppIdentity& identity);
// Empty where it is no such text.
std::optional<AppIdentity> parse_identity(const std::string& text);

// The identity that is kept, or else what an earlier version has left in a lock.
struct KeptIdentity {
  AppIdentity identity;
  bool is_kept = false;
};
KeptIdentity read_identity(const Endpoints& endpoints);

// The state directory is there. Synced, it is on the disk afterwards, for which the caller waits.
enum class Synced : bool { no, yes };
Result<> keep_identity(const Endpoints& endpoints, const AppIdentity& identity, Synced synced);

}  // namespace muster
