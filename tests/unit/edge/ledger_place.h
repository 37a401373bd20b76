// A place for two copies of a ledger, and notes to be kept there.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/edge/store/ledger.h"
#include "tests/support/temp_dir.h"

namespace muster::ledger_place {

inline const Run fresh{"0123456789abcdef", 4711, "/sys/fs/cgroup/a b/muster-app-01"};

inline ProcessNote process(const std::string& type, uint32_t number, ProcessState state) {
  ProcessNote note;
  note.name = {type, number};
  note.state = state;
  note.command = "serve";
  return note;
}

inline Note step(std::vector<ProcessNote> changed, uint64_t after = 0) {
  Note note;
  note.daemon.formation = {{"web", 2}};
  note.daemon.next_launch = 10 + after;
  note.changed = std::move(changed);
  note.after = after;
  return note;
}

struct Place {
  TempDir directory;
  std::string path = directory.path() + "/ledger";

  std::string second = directory.path() + "/second";

  Result<Ledger> try_open(const std::string& machine = "this-boot/1/2", LivingRuns living = {},
                          Run run = fresh) const {
    return Ledger::open({{path, second}, {}}, machine, std::move(run),
                        [&](const KnownRuns&) { return living; });
  }
  Ledger open(const std::string& machine = "this-boot/1/2", LivingRuns living = {}) const {
    Result<Ledger> opened = try_open(machine, std::move(living));
    REQUIRE(opened);
    return std::move(*opened);
  }
  // As if there had been one copy only.
  void forget_second() const { std::filesystem::remove(second); }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  void write(const std::string& text) const { std::ofstream(path, std::ios::binary) << text; }
};

}  // namespace muster::ledger_place
