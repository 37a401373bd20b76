// The needs of types for each other: their words, and what cannot be.
#include "daemon/config/needs.h"

#include <catch2/catch.hpp>

#include "daemon/config/settings_file.h"

using namespace muster;

namespace {

std::vector<std::string> complaints_of(std::string_view text, AppModel* taken = nullptr) {
  AppModel model{{{"web", "x"}, {"worker", "x"}, {"db", "x"}}, {}};
  std::vector<std::string> texts;
  for (auto& error : take_settings(text, "muster.toml", model).errors)
    texts.push_back(error.text());
  if (taken) *taken = model;
  return texts;
}
using Complaints = std::vector<std::string>;

}  // namespace

TEST_CASE("a need is a type and how far it must have come") {
  CHECK(parse_need("db") == Need{"db", Need::Until::ready});
  CHECK(parse_need("db:ready") == Need{"db", Need::Until::ready});
  CHECK(parse_need("db:started") == Need{"db", Need::Until::started});
  CHECK(parse_need("db:completed") == Need{"db", Need::Until::completed});
  for (auto text : {"", ":ready", "db:", "db:up", "db:ready:"}) {
    INFO(text);
    CHECK_FALSE(parse_need(text));
  }
}

TEST_CASE("what all need is not needed by itself") {
  AppModel model;
  CHECK(complaints_of("[app]\nneeds = ['db']\n", &model).empty());
  CHECK(model.find("web")->settings.needs == std::vector{Need{"db"}});
  CHECK(model.find("db")->settings.needs.empty());
}

TEST_CASE("a type that is not there is complained about where it is needed") {
  AppModel model;
  CHECK(complaints_of("[web]\ngrace = 1\nneeds = ['dbb', 'worker']\n", &model) ==
        Complaints{"muster.toml:3: needs: the Procfile has no type 'dbb', did you mean 'db'?"});
  CHECK(model.find("web")->settings.needs == std::vector{Need{"worker"}});
  CHECK(complaints_of("[web]\nneeds = 'db'\n") ==
        Complaints{"muster.toml:2: needs: must be a list such as [\"db\", \"migrate:completed\"]"});
  CHECK(complaints_of("[app]\nneeds = ['redis']\n") ==
        Complaints{"muster.toml:2: needs: the Procfile has no type 'redis'"});
}

TEST_CASE("a circle is refused with the way round it, and taken out") {
  AppModel model;
  CHECK(
      complaints_of("[web]\nneeds = ['worker']\n[worker]\nneeds = ['db']\n[db]\nneeds = ['web']\n",
                    &model) ==
      Complaints{"muster.toml:2: needs: each waits for the next: web -> worker -> db -> web"});
  CHECK(model.find("web")->settings.needs.empty());
  CHECK(complaints_of("[db]\nneeds = ['db']\n") ==
        Complaints{"muster.toml:2: needs: each waits for the next: db -> db"});
}
