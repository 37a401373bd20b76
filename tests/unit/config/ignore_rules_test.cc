// The rules of .gitignore, as gitignore(5) has them.
#include "daemon/config/ignore_rules.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

bool ignored(std::string_view text, std::string_view path, bool is_directory = false) {
  IgnoreRules rules;
  rules.add(text, "");
  return rules.ignores(path, is_directory);
}

}  // namespace

TEST_CASE("a name without a slash is meant in every directory") {
  CHECK(ignored("*.log\n", "a.log"));
  CHECK(ignored("*.log\r\n", "deep/er/a.log"));
  CHECK_FALSE(ignored("*.log", "a.log.txt"));
  CHECK(ignored("a?[0-9]\n", "src/ab7"));
}

TEST_CASE("a slash in front or within counts from the directory of the file") {
  CHECK(ignored("/dist", "dist"));
  CHECK_FALSE(ignored("/dist", "src/dist"));
  CHECK(ignored("src/*.tmp", "src/a.tmp"));
  CHECK_FALSE(ignored("src/*.tmp", "src/deep/a.tmp"));
  CHECK_FALSE(ignored("src/*.tmp", "other/src/a.tmp"));
}

TEST_CASE("a slash at the end means directories alone") {
  CHECK(ignored("build/", "build", true));
  CHECK(ignored("build/", "deep/build", true));
  CHECK_FALSE(ignored("build/", "build"));
}

TEST_CASE("two stars stand for any number of directories") {
  CHECK(ignored("**/cache", "cache"));
  CHECK(ignored("**/cache", "a/b/cache"));
  CHECK(ignored("a/**/z", "a/z"));
  CHECK(ignored("a/**/z", "a/b/c/z"));
  CHECK(ignored("a/**", "a/b/c"));
  CHECK_FALSE(ignored("a/**", "a", true));
}

TEST_CASE("the last rule that matches counts, and an exclamation mark takes back") {
  CHECK_FALSE(ignored("*.js\n!keep.js\n", "keep.js"));
  CHECK(ignored("!keep.js\n*.js\n", "keep.js"));
  CHECK(ignored("\\!odd\n", "!odd"));
  CHECK(ignored("\\#odd\n# comment\n\n", "#odd"));
}

TEST_CASE("the rules of a deeper directory are meant there alone, and count more") {
  IgnoreRules rules;
  rules.add("*.css\n", "");
  rules.add("!*.css\n/own\n", "web/src");
  CHECK(rules.ignores("a.css", false));
  CHECK_FALSE(rules.ignores("web/src/deep/a.css", false));
  CHECK(rules.ignores("web/src/own", false));
  CHECK_FALSE(rules.ignores("own", false));
}
