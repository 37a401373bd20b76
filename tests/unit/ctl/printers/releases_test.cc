// The table of releases: widths, ages, and what did not come up.
#include "ctl/printers/releases.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
const WallTime looked_at(std::chrono::seconds(1'800'000'000));

ReleaseRow row_of(uint64_t version, std::string change, Nanos age) {
  return {version, std::move(change), "adam@box", looked_at - age, {}, {}, {}};
}
}  // namespace

TEST_CASE("the table of releases has the columns of Heroku's") {
  auto failed = row_of(3, "Deploy de63889", 61s);
  failed.state = "failed";
  CHECK(releases_table({failed, row_of(2, "Set A, B, C, D, E, F, G, H config vars", 3h),
                        row_of(1, "Set A config vars", 30h)},
                       looked_at) ==
        "Rel   Change                          By                    When\n"
        "----  ------------------------------  --------------------  -------------------------\n"
        "v3    Deploy de63889 (failed)         adam@box              1 minute ago\n"
        "v2    Set A, B, C, D, E, F, G, H c..  adam@box              3 hours ago\n"
        "v1    Set A config vars               adam@box              "
        "2027-01-14T02:00:00.000000+00:00\n");
}

TEST_CASE("what has no code and no failure says null") {
  CHECK(releases_json({row_of(1, "Set A config vars", 0s)}).find("\"code\": null") !=
        std::string::npos);
}
