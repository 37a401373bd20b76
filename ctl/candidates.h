// The words that may stand in one place of a line that a user is typing, for the completion of
// shells. Asks the daemon for what only it knows, and is silent where none answers.
#pragma once

#include <string>
#include <vector>

namespace muster {

struct Candidate {
  std::string word, description;
};

// `words` are those behind `ctl`; the last one has been begun, or is empty. Where bash has cut
// `--color=al` into three words, so they are, and the answer is for the last of them.
std::vector<Candidate> candidates(std::vector<std::string> words);

}  // namespace muster
