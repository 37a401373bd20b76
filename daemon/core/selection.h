// The processes that the words of a request mean: types ("web", all of that type) and processes
// ("web.1"), and patterns as a shell has them ("w*", "*.1"). All or nothing: one word that means
// nothing refuses the request and says what there is.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/formation.h"
#include "daemon/core/process_table.h"

namespace muster {

// Each process once, by type and number. No words mean every process, and so does "all", unless a
// type is called so.
Verdict<std::vector<Process*>> select(ProcessTable& table, const FormationCounts& formation,
                                      const std::vector<std::string>& words);

// Whether a word of a request stands for all of this type: its name, a pattern, or `all`.
bool stands_for(const std::string& word, const std::string& type, const FormationCounts& formation);

std::vector<ProcessName> places_of(const std::vector<Process*>& processes);
std::vector<std::string> names_of(const std::vector<Process*>& processes);

// The same, but only what is in the formation, for verbs that launch: one-offs and processes that
// are on their way out are left out, and refused if they were named one by one.
Verdict<std::vector<Process*>> select_of_formation(ProcessTable& table,
                                                   const FormationCounts& formation,
                                                   const std::vector<std::string>& words);

// The same, but only what runs, and at least one.
Verdict<std::vector<Process*>> select_running(ProcessTable& table, const FormationCounts& formation,
                                              const std::string& word);

}  // namespace muster
