// The checker must be able to fail: each kind of violation, planted outside the core, is found.
#include <catch2/catch.hpp>

#include "simulation.h"

using namespace muster;
using namespace muster::sim;

namespace {

// The first complaint of the checker, within a few seeds; nothing if it never notices.
std::string found(const Tamper& tamper) {
  for (uint64_t seed = 1; seed <= 20; seed++)
    if (auto failure = simulate(seed, tamper)) return failure->what;
  return "nothing";
}

// A tamper that sees every action of one kind, and the list to add to.
template <class Kind>
Tamper each(std::function<void(const Kind&, std::vector<Action>&)> meddle) {
  return {[meddle](std::vector<Action>& actions) {
            const std::vector<Action> before = actions;
            for (auto& action : before)
              if (auto* it = std::get_if<Kind>(&action)) meddle(*it, actions);
          },
          {}};
}

template <class Kind>
Tamper without() {
  return {[](std::vector<Action>& actions) {
            std::erase_if(actions, [](auto& it) { return std::holds_alternative<Kind>(it); });
          },
          {}};
}

void says(const std::string& what, std::string_view words) {
  INFO(what);
  CHECK(what.find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("nothing is found where nothing was planted") { CHECK(found({}) == "nothing"); }

TEST_CASE("a second launch beside the first is found") {
  says(found(each<Launch>([](auto& launch, auto& actions) {
         Launch twin = launch;
         twin.launch += 1'000'000;
         actions.push_back(twin);
       })),
       "is launched");
}

TEST_CASE("a launch number that is used twice is found") {
  says(found(each<Launch>([](auto& launch, auto& actions) { actions.push_back(launch); })),
       "is not new");
}

TEST_CASE("a launch that nobody wishes is found") {
  says(found(each<Launch>([](auto& launch, auto& actions) {
         Launch stray = launch;
         stray.launch += 1'000'000;
         stray.process = {"stray", 1};
         actions.push_back(stray);
       })),
       "is launched and not wished");
}

TEST_CASE("two processes with one port are found") {
  Tamper same_port{[](std::vector<Action>& actions) {
                     for (auto& action : actions)
                       if (auto* launch = std::get_if<Launch>(&action))
                         for (auto& [name, value] : launch->env)
                           if (name == "PORT") value = "5000";
                   },
                   {}};
  says(found(same_port), "have port 5000");
}

TEST_CASE("an action for a launch that is over is found") {
  LaunchId first = 0;
  says(found({[&](std::vector<Action>& actions) {
                for (auto& action : actions)
                  if (auto* launch = std::get_if<Launch>(&action)) first = launch->launch;
                if (first > 20) actions.push_back(Kill{1, 15});
              },
              {}}),
       "Kill of launch 1, which is not alive");
}

TEST_CASE("a kill without grace is found") {
  Tamper hasty{[](std::vector<Action>& actions) {
                 for (auto& action : actions)
                   if (auto* kill = std::get_if<Kill>(&action)) kill->signal = 9;
               },
               {}};
  says(found(hasty), "is killed before its grace is over");
}

TEST_CASE("a reply that is never given is found") {
  says(found(without<AnswerStatus>()), "was never answered");
}

TEST_CASE("a reply that is given twice is found") {
  says(found(each<Answer>([](auto& answer, auto& actions) { actions.push_back(answer); })),
       "is answered twice");
}

TEST_CASE("a process that is not told to stop is found") {
  std::string all;  // it may be found by the state that never ends
  for (uint64_t seed = 1; seed <= 20; seed++)
    if (auto failure = simulate(seed, without<Kill>())) all += failure->what + "\n";
  says(all, "runs and is not wished");
}

TEST_CASE("a state that nobody was told of is found") {
  Tamper silent{[](std::vector<Action>& actions) {
                  std::erase_if(actions, [](auto& action) {
                    auto* it = std::get_if<Publish>(&action);
                    return it && it->event.to == "up";
                  });
                },
                {}};
  says(found(silent), "is said to change from up");
}

// Where nothing is wished in the end, what is found is the request that nobody has answered.
TEST_CASE("a wish that is never reached is found") {
  Tamper forgetful;
  forgetful.swallows = [](const Event& event) { return std::holds_alternative<Launched>(event); };
  std::string all;
  for (uint64_t seed = 1; seed <= 20; seed++)
    if (auto failure = simulate(seed, forgetful)) all += failure->what + '\n';
  says(all, "is starting");
}

TEST_CASE("an end that never comes is found") { says(found(without<Finish>()), "does not finish"); }

TEST_CASE("a step that was carried out and not noted is found") {
  CHECK(found({{}, {}, [](Note& note) { note.changed.clear(); }}) != "nothing");
}

TEST_CASE("a launch number that is forgotten with the one who gave it is found") {
  CHECK(found({{}, {}, [](Note& note) { note.daemon.next_launch = 1; }}) != "nothing");
}

TEST_CASE("a shutdown that is forgotten with the one who began it is found") {
  CHECK(found({{}, {}, [](Note& note) { note.daemon.ending = note.daemon.hurrying = false; }}) !=
        "nothing");
}

TEST_CASE("a deadline that is forgotten with the one who armed it is found") {
  CHECK(found({{}, {}, [](Note& note) {
                 for (auto& process : note.changed) process.deadline.reset();
               }}) != "nothing");
}

TEST_CASE("a wish that is forgotten with the one who was told is found") {
  CHECK(found({{}, {}, [](Note& note) {
                 for (auto& process : note.changed) process.wish = Wish::run;
               }}) != "nothing");
}
