// YAML and JSON to a tree, and what no tree is made of.
#include "ctl/import/tree.h"

#include "ctl/import/interpolation.h"
#include "imported_from.h"

using namespace muster;

namespace {
TreeNode tree(const std::string& text) {
  auto made = parse_tree(text, "FILE");
  INFO((made ? "" : made.message()));
  REQUIRE(made);
  return *made;
}
std::string wrong(const std::string& text) {
  auto made = parse_tree(text, "FILE");
  return made ? "" : made.message();
}
std::string interpolated(const std::string& text) {
  TreeNode node{TreeNode::Kind::text, 3, text};
  std::string unset;
  const auto done = interpolate(
      node, "FILE",
      [](auto& name) {
        return name == "A"       ? std::optional<std::string>("one")
               : name == "EMPTY" ? std::optional<std::string>("")
                                 : std::nullopt;
      },
      [&](auto& name, uint32_t line) { unset += ' ' + name + '@' + std::to_string(line); });
  return done ? node.text + unset : done.message();
}
}  // namespace

TEST_CASE("a tree has anchors, merge keys and texts of several lines, and knows its lines") {
  const auto made = tree(R"(x-base: &base
  environment: &env
    A: 1
    B: two
  restart: always
services:
  web:
    <<: *base
    restart: "no"
    command: >
      serve
      --fast
    script: |
      one
      two
  worker:
    <<: [*base]
    environment:
      <<: *env
      B: three
)");
  const auto& web = *made.find("services")->find("web");
  CHECK(web.line == 8);
  CHECK(web.text_at("restart") == "no");
  CHECK(web.text_at("command") == "serve --fast\n");
  CHECK(web.text_at("script") == "one\ntwo\n");
  CHECK(web.find("environment")->text_at("A") == "1");
  const auto& worker = *made.find("services")->find("worker");
  CHECK(worker.text_at("restart") == "always");
  CHECK(worker.find("environment")->text_at("B") == "three");
  CHECK(worker.find("environment")->text_at("A") == "1");
  CHECK(tree("a: ~\nb: ''\n").find("a")->kind == TreeNode::Kind::nothing);
  CHECK(tree("a: ~\nb: ''\n").find("b")->is_text());
  CHECK(tree("{\"a\": [1, {\"b\": \"\\u00e9\\n\"}]}").find("a")->items[1].text_at("b") == "é\n");
  CHECK(tree("").kind == TreeNode::Kind::nothing);
  CHECK(tree("a: 1\n---\nb: 2\n").text_at("a") == "1");
}

TEST_CASE("hostile trees are refused with their line") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; i++) {
    laughs += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; j++) laughs += fmt::format("{}*a{}", j ? ", " : "", i - 1);
    laughs += "]\n";
  }
  CHECK(holds(wrong(laughs), "there are more than 50000 values in it"));
  CHECK(holds(wrong(laughs), "FILE:"));
  CHECK(holds(wrong(std::string(200, '[')), "FILE:1: it is nested more than 64 deep"));
  CHECK(holds(wrong("a: *nothing\n"), "FILE:1: there is no anchor &nothing above"));
  CHECK(holds(wrong("a: &a [*a]\n"), "FILE:1: there is no anchor &a above"));
  CHECK(wrong("a: 1\na: 2\n") == "FILE:2: 'a' stands in line 1 already");
  CHECK(holds(wrong("a: [1\nb: 2\n"), "FILE:"));
  CHECK(holds(wrong("\tb: 2\n"), "FILE:1: "));
  CHECK(holds(wrong("? [a]\n: b\n"), "FILE:1: a key must be a text"));
  CHECK(holds(wrong(std::string("a: \0b", 5)), "FILE:"));
  CHECK(holds(wrong("a: \xff\xfe\n"), "FILE:"));
  CHECK(holds(wrong("a: " + std::string(2 << 20, 'x')), "FILE: it is larger than"));
}

TEST_CASE("variables are replaced as docker compose does") {
  CHECK(interpolated("$A ${A} x$$A") == "one one x$A");
  CHECK(interpolated("${B:-two} ${B-two} ${EMPTY:-e} ${EMPTY-e}|") == "two two e |");
  CHECK(interpolated("${B:-${C:-deep}}/${A:-${C}}") == "deep/one");
  CHECK(interpolated("${A:+set}${B:+set}${EMPTY:+x}${EMPTY+y}") == "sety");
  CHECK(interpolated("<$B>") == "<> B@3");
  CHECK(interpolated("${B:?must be}") == " B@3");
  CHECK(interpolated("cost: 5$ and $1.") == "cost: 5$ and . 1@3");
  CHECK(interpolated("${A") == "FILE:3: the { behind a $ is not closed");
  CHECK(holds(interpolated("${}"), "names no variable"));
  std::string deep = "x";
  for (int i = 0; i < 40; i++) deep.insert(0, "${B:-").append("}");
  CHECK(holds(interpolated(deep), "nested more than 16 deep"));
}
