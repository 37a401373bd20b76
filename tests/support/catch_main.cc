// The main of every Catch2 program. Version 3 brings one of its own, and takes no notice.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
