// Why a program may be missing in code that was pushed: nothing was installed, because there is no
// bin/build. Looks at names of files and runs nothing.
#pragma once

#include <string>
#include <vector>

namespace muster {

// The program in a checkout that builds it, where there is one that can be run.
std::string build_program(const std::string& checkout);
// A bin/build that is there and cannot be run: what to do about it; else empty.
std::string doubt_about_build(const std::string& checkout);

// The advice for a release that failed so, with these last lines of its process; empty: none.
std::string build_hint(const std::string& checkout, const std::string& why,
                       const std::vector<std::string>& lines);

}  // namespace muster
