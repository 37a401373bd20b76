// Words that people bring along from other tools, and the word of ctl for each. Pure. Keeps: no
// verb that ends things is put into anybody's mouth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The command line with such a word in front as ctl says it: `logs:tail web` is `logs -t web`.
// As it was, where the word means nothing.
std::vector<std::string> in_our_words(std::vector<std::string> words);

// The sentences for a word that no verb stands for, but an answer; empty: there is none.
std::string answer_to(const std::vector<std::string>& words);

}  // namespace muster
