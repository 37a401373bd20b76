// The table of verbs, and what is made from it.
#include "ctl/verbs/verb.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "ctl/verbs/words.h"

using namespace muster;

namespace {
std::string nearest(std::string_view name) {
  auto* verb = nearest_verb(name);
  return verb ? std::string(verb->name) : "";
}
}  // namespace

TEST_CASE("every verb is found by its name and shown in the overview") {
  const std::string text = overview();
  for (auto& verb : all_verbs()) {
    CAPTURE(verb.name);
    CHECK(find_verb(verb.name) == &verb);
    CHECK(text.find("  " + std::string(verb.name) + " ") != text.npos);
    CHECK(text.find(verb.summary) != text.npos);
    CHECK(verb.make() != nullptr);
  }
  CHECK(find_verb("pss") == nullptr);
  CHECK(find_verb("") == nullptr);
}

TEST_CASE("a slip of the finger is understood, another word is not") {
  CHECK(nearest("scael") == "scale");
  CHECK(nearest("log") == "logs");
  CHECK(nearest("restrat") == "restart");
  CHECK(nearest("p") == "ps");
  CHECK(nearest("conf") == "config");
  CHECK(nearest("elephant").empty());
  CHECK(nearest("").empty());
  CHECK(nearest(std::string(1000, 'x')).empty());
}

TEST_CASE("no verb that ends things is ever guessed") {
  for (std::string_view word : {"shutdwn", "shutdow", "sto", "stopp", "kil", "show", "exit", "quit",
                                "shut", "tail", "halt", "end", "kill9", "shutdown!"}) {
    CAPTURE(word);
    const auto* verb = nearest_verb(word);
    CHECK((!verb || !ends_things(*verb)));
    const std::string answer = answer_to({std::string(word)});
    for (std::string_view ending : {"ctl stop", "ctl kill", "ctl shutdown"})
      CHECK(answer.find(ending) == answer.npos);
  }
}

TEST_CASE("words of other tools are said in ours") {
  using Words = std::vector<std::string>;
  CHECK(in_our_words({"ps:scale", "web=2"}) == Words{"scale", "web=2"});
  CHECK(in_our_words({"config:set", "A=1"}) == Words{"config", "set", "A=1"});
  CHECK(in_our_words({"logs:tail", "web"}) == Words{"logs", "-t", "web"});
  CHECK(in_our_words({"monit"}) == Words{"top"});
  CHECK(in_our_words({"dynos"}) == Words{"ps"});
  CHECK(in_our_words({"log", "-t"}) == Words{"logs", "-t"});
  CHECK(in_our_words({"elephant", "ps:scale"}) == Words{"elephant", "ps:scale"});
  CHECK(in_our_words({}).empty());
}

TEST_CASE("a word that has no verb has an answer that names one") {
  CHECK(answer_to({"up"}).find("musterd") != std::string::npos);
  CHECK(answer_to({"down"}).find("ctl scale TYPE=0") != std::string::npos);
  CHECK(answer_to({"web", "2"}).find("ctl scale web=2") != std::string::npos);
  CHECK(answer_to({"web=2"}).find("ctl scale web=2") != std::string::npos);
  CHECK(answer_to({"config:edit"}).find("ctl config --help") != std::string::npos);
  CHECK(answer_to({"remove"}).find("ctl reload") != std::string::npos);
  CHECK(answer_to({"buildpacks"}).find("bin/build") != std::string::npos);
  CHECK(answer_to({"elephant"}).empty());
}

TEST_CASE("verbs stand in groups, and each has an example that is of it") {
  std::string_view group;
  std::vector<std::string_view> groups;
  for (auto& verb : all_verbs()) {
    if (verb.group != group) groups.push_back(group = verb.group);
    CHECK(head_of(verb).help().find(verb.example) != std::string::npos);
  }
  std::sort(groups.begin(), groups.end());
  CHECK(std::adjacent_find(groups.begin(), groups.end()) == groups.end());
}
