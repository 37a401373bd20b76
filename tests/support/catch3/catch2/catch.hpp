// Catch2 3 under the name that version 2 has for it, so that the tests compile with either. On the
// include path only where version 3 is what was found (tests/CMakeLists.txt).
#pragma once

#include <catch2/catch_all.hpp>
