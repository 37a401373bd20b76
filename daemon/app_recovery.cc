// See app.h. Here: going on where an earlier supervisor stopped, and with a new keeper where the
// old one died. Idempotent: killed at any point of it, the next supervisor begins again.
#include <spdlog/spdlog.h>

#include <set>

#include "base/killpoint.h"
#include "daemon/app_parts.h"
#include "daemon/edge/linux/proc_fs.h"
#include "daemon/edge/takeover/lock.h"
#include "daemon/edge/takeover/successor.h"

namespace muster {

namespace {
// The longest time that an answer may take to get out of this program.
constexpr Nanos answer_time = 10ms;
// And so long the clients of one-offs may take to say that they have what was sent to them.
constexpr Nanos patience_with_readers = 500ms;
// A keeper that lives so long is one; and when the next is tried after one that is none.
constexpr Nanos keeper_settles = 1s, keeper_pause = 2s;
// So many may be killed as soon as they have begun, for whatever reason that is not their own.
constexpr int keepers_in_a_row = 5;
}  // namespace

// The records of the last step that did not get into the journal.
void App::Parts::say_the_rest(const Note& last) {
  const uint64_t said = router->head().seq > last.after ? router->head().seq - last.after : 0;
  for (size_t i = said; i < last.said.size(); i++) router->publish(last.said[i], read_clocks());
}

// Launches that a killed supervisor knew to be over may have left a stream or a cgroup.
void App::Parts::end_what_is_over(const Memory& memory) {
  std::set<LaunchId> alive;
  for (auto& [name, process] : memory.processes)
    if (process.launch) alive.insert(*process.launch);
  for (auto& stream : router->recovered())
    if (!alive.count(stream.launch)) router->close_stream(stream.id, read_clocks());
  processes->keep_only(alive);
}

std::vector<Action> App::Parts::begin() {
  tell_what_was_found();
  return core->start(read_clocks());
}

std::vector<Action> App::Parts::go_on() {
  const Memory memory = ledger->memory();
  spdlog::info("going on where an earlier supervisor stopped, at seq {}", router->head().seq);
  killpoint(Killpoint::recovery_begun);
  say_the_rest(memory.last);
  tell_what_was_found();
  killpoint(Killpoint::recovery_said);
  end_what_is_over(memory);
  return core->resume(memory, read_clocks());
}

// The rest is what would happen if this program were killed.
void App::Parts::on(Upgrade& action) {
  const auto answer = [&](ReplyBody body) {
    (void)control->send(action.client, Reply{action.request_id, false, std::move(body)});
  };
  if (const auto process = read_process(setup.keeper->pid()); process && process->stopped)
    return answer(RefusedReply{
        Refusal::no, fmt::format("the keeper (pid {0}) has been stopped: kill -CONT {0} lets it go "
                                 "on; nothing was changed",
                                 process->pid)});
  if (Result<> able = check_successor(setup.command); !able)
    return answer(RefusedReply{Refusal::no, able.message() + "; nothing was changed"});
  EventRecord notice;
  notice.time = read_clocks().wall;
  notice.process = "api";
  notice.text = fmt::format("Upgrade by {}", action.by);
  notice.by = action.by;
  router->publish(std::move(notice), read_clocks());
  answer(DoneReply{});
  replaced = true;
  attachments->pause();
  replays->end_followers();
  leave_by = read_clocks().mono + patience_with_readers;
  leave.after(answer_time);
}

// A message that is under way to a client that is slower than that may be lost.
void App::Parts::leave_when_taken() {
  if (replaced && !attachments->all_taken() && read_clocks().mono < leave_by)
    return leave.after(answer_time);
  loop.stop();
}

// Where that fails, or several in a row die at once, as those of another version might, it is tried
// again later.
void App::Parts::replace_keeper() {
  keeper_settled.disarm();
  if (++keeper_deaths > keepers_in_a_row) return no_keeper("it dies as soon as it is started");
  start_keeper();
}

void App::Parts::start_keeper() {
  KeeperLink& keeper = *setup.keeper;
  spdlog::warn("the keeper has died; starting another one");
  if (Result<> begun = keeper.replace(loop, setup.command); !begun)
    return no_keeper(begun.message());
  keeper_settled.after(keeper_settles);
  for (Single lock : {Single::lock, Single::state_lock})
    if (keeper.kept(lock)) (void)sign_lock(keeper.kept(lock).get(), keeper.pid(), setup.directory);
  deposit_all();
}

void App::Parts::no_keeper(const std::string& why) {
  const std::string text = "no keeper: a crash of the supervisor would not be survived: " + why;
  if (text != keeper_trouble) spdlog::error("{}; trying again", text);
  keeper_trouble = text;
  keeper_again.after(keeper_pause);
}

void App::Parts::deposit_all() {
  KeeperLink& keeper = *setup.keeper;
  keeper.deposit_locks();
  keeper.keep(Single::windows, router->windows_fd());
  keeper.keep(Single::notify, notify_socket->fd());
  ledger->deposit_again();
  in_force->deposit_again();
  listen_sockets->deposit_all();
  processes->keeper_changed(keeper.pid());
}

}  // namespace muster
