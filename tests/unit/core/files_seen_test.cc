// The sentences of the core when the app's files are not what is in force.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

FilesSeen new_procfile(uint64_t digest = 1) {
  return {.changed = {"Procfile"}, .digest = digest, .types = {"web", "css"}};
}

constexpr const char* hint = "Procfile changed since it was read: ctl reload";

}  // namespace

TEST_CASE("who launches is told with the answer, and the log once for each change") {
  Stage stage({{"web", 1}});
  stage.tell(new_procfile());
  stage.lines();
  const uint64_t id = stage.ask(ScaleRequest{{"web=2"}});
  CHECK(stage.replies(id).front().hint == hint);
  CHECK(stage.lines().front() == std::string("files: ") + hint);
  CHECK(stage.replies(stage.ask(ScaleRequest{{"web=1"}})).front().hint == hint);
  for (auto& line : stage.lines()) CHECK_FALSE(line.starts_with("files: "));
  stage.tell(new_procfile(2));
  stage.ask(ScaleRequest{{"web=2"}});
  CHECK(stage.lines().front() == std::string("files: ") + hint);
  CHECK(stage.row("web.1").note == hint);
}

TEST_CASE("a question is no reason to tell, and what is the same again has no hint") {
  Stage stage({{"web", 1}});
  stage.tell(new_procfile());
  stage.lines();
  CHECK(stage.replies(stage.ask(ScaleRequest{})).front().hint.empty());
  CHECK(stage.lines().empty());
  stage.tell(FilesSeen{});
  CHECK(stage.replies(stage.ask(ScaleRequest{{"web=2"}})).front().hint.empty());
  CHECK_FALSE(stage.row("web.1").note);
}

TEST_CASE("launches that nobody asked for are told in the log") {
  Stage stage({{"web", 1}});
  FilesSeen seen = new_procfile();
  seen.after_launches = true;
  stage.lines();
  stage.tell(seen);
  CHECK(stage.lines() == Lines{std::string("files: ") + hint});
  stage.tell(seen);
  CHECK(stage.lines().empty());
}

TEST_CASE("a type that only the new Procfile has is answered with what to do") {
  Stage stage({{"web", 1}});
  stage.tell(new_procfile());
  const std::string why =
      "css is in the Procfile, but the Procfile changed since it was read: ctl reload";
  const RequestBody bodies[] = {ScaleRequest{{"css=1"}}, StartRequest{{"css"}},
                                RestartRequest{{"css.1"}}, RunRequest{{"css"}}};
  for (auto& body : bodies) CHECK(stage.reply<RefusedReply>(stage.ask(body)).message == why);
  // Another name that begins so.
  CHECK(stage.reply<RefusedReply>(stage.ask(ScaleRequest{{"cssx=1"}})).message != why);
}
