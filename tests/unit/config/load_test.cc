// How the parts of an app's description are put together. No file is read here.
#include "daemon/config/load.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

GetEnv environment(std::optional<std::string> port) {
  return [port](const std::string& name) { return name == "PORT" ? port : std::nullopt; };
}

}  // namespace

TEST_CASE("later .env files win over earlier ones, and complaints come from all files") {
  auto loaded = assemble_model({"Procfile", "web: a\nnonsense\n"},
                               {{"a.env", "A=1\nB=2\n"}, {"b.env", "A=3\nbad\n"}});
  REQUIRE(loaded);
  CHECK(loaded->model == AppModel{{{"web", "a"}}, {{"A", "3"}, {"B", "2"}}});
  REQUIRE(loaded->complaints.size() == 2);
  CHECK(loaded->complaints[0].file == "Procfile");
  CHECK(loaded->complaints[1].text() ==
        "b.env:2: not of the form 'KEY=VALUE'; the line is ignored");
}

TEST_CASE("a file with the marks of a merge conflict is neither of its sides, and is refused") {
  const NamedText fine{"Procfile", "web: a\n"};
  const std::string conflict = "<<<<<<< HEAD\r\nweb: b\r\n=======\r\nweb: c\r\n>>>>>>> x\r\n";
  CHECK(assemble_model({"Procfile", "web: a\r\n" + conflict}, {}).message() ==
        "Procfile:2: a merge conflict is not resolved ('<<<<<<< HEAD'): keep the lines that are "
        "meant");
  CHECK(assemble_model(fine, {{".env", "A=1\n\n=======\nB=2\n"}}).message().starts_with(".env:3"));
  CHECK(assemble_model(fine, {}, NamedText{"muster.toml", "\n>>>>>>> main\n"})
            .message()
            .starts_with("muster.toml:2"));
  for (std::string half :
       {"<<<<<<< HEAD", "||||||| 1a2b3c", "=======", ">>>>>>> topic/x", ">>>>>>>"})
    CHECK_FALSE(assemble_model({"Procfile", "web: a\n" + half + "\n"}, {}));
}

TEST_CASE("lines that only look like the marks of a merge conflict are read") {
  for (std::string line :
       {"# =======", "========", "<<<<<<<<", "<<<<<< x", " >>>>>>> x", "a: cat <<<<<<< x"})
    CHECK(assemble_model({"Procfile", "web: a\n" + line + "\n"}, {}));
  const std::string text = "[app]\nenv = { TEXT = \"\"\"\nHeading\n=======\n\"\"\" }\n";
  CHECK(assemble_model({"Procfile", "web: a\n"}, {}, NamedText{"muster.toml", text}));
}

TEST_CASE("the place of the PORT that counts is known") {
  const NamedText procfile{"Procfile", "web: a\n"};
  CHECK(assemble_model(procfile, {{".env", "A=1\nPORT=1\n\nPORT=2\n"}})->port_place == ".env:4");
  CHECK(assemble_model(procfile, {{"a", "PORT=1\n"}, {"b", "\nPORT=2\n"}})->port_place == "b:2");
  CHECK(assemble_model(procfile, {{".env", "A=1\n"}})->port_place.empty());
}

TEST_CASE("a Procfile without a process type is an error that says why") {
  CHECK(assemble_model({"Procfile", ""}, {}).message() == "Procfile: no process types are defined");
  CHECK(assemble_model({"Procfile", "\nweb a\n"}, {}).message() ==
        "Procfile: no process types are defined (Procfile:2: not of the form 'name: command'; the "
        "line is ignored)");
}

TEST_CASE(
    "the base port is the option's, else the .env files', else the environment's, else 5000") {
  Environment env = {{"PORT", "4000"}};
  CHECK(*base_port(3000, env, environment("6000")) == 3000);
  CHECK(*base_port(std::nullopt, env, environment("6000")) == 4000);
  CHECK(*base_port(std::nullopt, {}, environment("6000")) == 6000);
  CHECK(*base_port(std::nullopt, {{"PORT", ""}}, environment("")) == 5000);
  CHECK(*base_port(std::nullopt, {}, environment(std::nullopt)) == 5000);
}

TEST_CASE("a port that is none names the place where it was written") {
  CHECK(base_port(0, {}, environment({})).message() == "-p: '0' is not a port (1 to 65535)");
  CHECK(base_port({}, {{"PORT", "80x"}}, environment({})).message() ==
        "PORT in .env: '80x' is not a port (1 to 65535)");
  CHECK(base_port({}, {}, environment("tcp://10.0.0.1:80")).message() ==
        "PORT in the environment: 'tcp://10.0.0.1:80' is not a port (1 to 65535)");
}
