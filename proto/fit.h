// Makes what is about to be written keep the limits that its readers enforce: texts are cut, and
// say so; lists end with how many more there were. A message that fits already is not changed.
#pragma once

#include <string>

#include "proto/message.h"
#include "proto/record.h"

namespace muster {

// At most `most` bytes: "begins like this… 812 kB more". No character is cut in two.
std::string cut(std::string text, size_t most);

void fit(EventRecord& event);
// A reply that cannot be made to fit becomes a refusal that says why.
void fit(Reply& reply);

}  // namespace muster
