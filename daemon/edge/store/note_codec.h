// Notes as bytes and back, in the way of the wire's messages: maps by field name, so that a newer
// program reads what an older one kept. Not a part of the protocol: no other program sees them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/core/note.h"

namespace muster {

// Appends to `out`.
void encode(const Note& note, std::vector<char>& out);
Result<Note> decode_note(std::string_view bytes);

}  // namespace muster
