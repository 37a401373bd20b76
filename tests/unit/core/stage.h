// A stage on which a test plays the world to a real core: tells it events, and keeps what it said
// and asked for. The clock stands still unless a test moves it.
#pragma once

#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <ostream>

#include "daemon/core/core.h"

namespace muster {

inline AppModel model_of(std::vector<ProcessType> types, Environment env = {}) {
  return AppModel{std::move(types), std::move(env)};
}

// web and worker, as most stories need them.
inline AppModel shop() {
  return model_of({{"web", "serve -p $PORT"}, {"worker", "work"}}, {{"COLOUR", "blue"}});
}

inline RunRequest detached(std::vector<std::string> command) {
  return RunRequest{std::move(command), {}, true, 0};
}
inline RunRequest attached(std::vector<std::string> command) {
  return RunRequest{std::move(command), {{"COLOUR", "red"}}, false, 8};
}

class Stage {
 public:
  using Lines = std::vector<std::string>;

  explicit Stage(FormationCounts wish, AppModel model = shop(), CoreOptions options = {},
                 Releases releases = {})
      : options_(options),
        releases_(std::move(releases)),
        core_(std::make_unique<Core>(std::move(model), std::move(wish), options, releases_)) {
    take(core_->start(now_));
  }

  // The program around the core dies, and the next one goes on with what was noted.
  void is_killed(bool and_started = false) {
    options_.starts_anew = and_started;
    options_.model_number = core_->model_number();
    core_ = std::make_unique<Core>(core_->model(), FormationCounts(), options_, releases_);
    take(core_->resume(memory_, now_));
  }

  void tell(Event event) { take(core_->handle(std::move(event), now_)); }

  // The clock moves on; every deadline on the way is ticked at its time.
  void pass(Nanos time) {
    const MonoTime end = now_.mono + time;
    while (auto next = core_->next_deadline()) {
      if (*next > end) break;
      move_to(*next);
      tell(Tick{});
    }
    move_to(end);
  }
  WallTime wall() const { return now_.wall; }
  void set_wall(WallTime time) { now_.wall = time; }
  // The clock moves on, and nobody is there to look at it.
  void sleep(Nanos time) { move_to(now_.mono + time); }
  bool knows(const ClientId& client) const { return core_->knows(client); }
  bool has_deadline() const { return core_->next_deadline().has_value(); }

  // ---- the processes
  LaunchId launch_of(const std::string& process) const {
    REQUIRE(launches_.count(process));
    return launches_.at(process).launch;
  }
  const Launch& launch(const std::string& process) const {
    REQUIRE(launches_.count(process));
    return launches_.at(process);
  }
  const WatchOver& watched_over(const std::string& process) const {
    REQUIRE(watched_over_.count(process));
    return watched_over_.at(process);
  }
  const std::vector<ListenAddress>& listening() const { return listening_; }
  size_t launches() const { return launched_; }
  void launched(const std::string& process, int64_t pid = 100) {
    tell(Launched{launch_of(process), pid});
  }
  void fails(const std::string& process, const std::string& stage = "exec sh", int error = ENOENT) {
    tell(LaunchFailed{launch_of(process), stage, error});
  }
  void listens(const std::string& process) { tell(Ready{launch_of(process)}); }
  void exits(const std::string& process, int code = 0, bool survivors = false) {
    tell(Exited{launch_of(process), {ExitStatus::Kind::exited, code}, survivors});
  }
  void dies(const std::string& process, int signal) {
    tell(Exited{launch_of(process), {ExitStatus::Kind::signaled, signal}, false});
  }
  void gone(const std::string& process) { tell(Gone{launch_of(process)}); }
  void crashes(const std::string& process) {
    exits(process, 1);
    gone(process);
  }
  void comes_up(const std::string& process) {
    launched(process);
    if (process.starts_with("web.")) listens(process);
  }

  // ---- the clients
  uint64_t ask(RequestBody body, const std::string& client = "c") {
    const uint64_t id = next_request_++;
    add(id, std::move(body), client);
    return id;
  }
  void add(uint64_t id, RequestBody body, const std::string& client = "c") {
    tell(Requested{client, Request{id, "adam@box", std::move(body)}, role});
  }
  Role role = Role::admin;  // of the client
  const std::vector<Reply>& replies(uint64_t id) { return replies_[id]; }
  template <class Body>
  Body reply(uint64_t id) {
    REQUIRE(replies_[id].size() == 1);
    REQUIRE_FALSE(replies_[id][0].more);
    REQUIRE(std::holds_alternative<Body>(replies_[id][0].body));
    return std::get<Body>(replies_[id][0].body);
  }
  std::string refusal(uint64_t id) { return reply<RefusedReply>(id).message; }
  ProcessRow row(const std::string& process) {
    auto rows = reply<PsReply>(ask(PsRequest{{process}})).processes;
    REQUIRE(rows.size() == 1);
    return rows[0];
  }
  std::string state(const std::string& process) { return row(process).state; }
  // "web.1 up, worker.1 down"
  std::string formation() {
    std::string text;
    for (auto& r : reply<PsReply>(ask(PsRequest{})).processes)
      text += (text.empty() ? "" : ", ") + r.process + ' ' + r.state;
    return text;
  }

  // ---- what the core did, since the last call
  Lines lines() { return std::exchange(lines_, {}); }      // "web.1: started with pid 100"
  Lines signals() { return std::exchange(signals_, {}); }  // "web.1 15"
  std::vector<EventRecord> records() { return std::exchange(records_, {}); }
  std::vector<FormationCounts> saved() { return std::exchange(saved_, {}); }
  Lines watched() { return std::exchange(watched_, {}); }  // "web.1 5000"
  Lines attached() { return std::exchange(attached_, {}); }
  size_t passed_on() { return std::exchange(passed_on_, 0); }
  size_t readings() { return std::exchange(readings_, 0); }
  Lines read() { return std::exchange(read_, {}); }  // of which code
  std::vector<Releases> kept() { return std::exchange(kept_, {}); }
  // The notes that were to be kept are on the disk.
  void keeps() {
    releases_ = to_keep_;
    tell(ReleaseKept{});
  }
  std::optional<int> finished() const { return finished_; }
  void clear() { lines(), signals(), records(), saved(), watched(); }

 private:
  void move_to(MonoTime time) {
    now_.wall += time - now_.mono;
    now_.mono = time;
  }
  std::string name_of_launch(LaunchId id) const {
    for (auto& [name, launch] : launches_)
      if (launch.launch == id) return name;
    return "?";
  }

  void take(std::vector<Action> actions) {
    if (auto note = core_->take_note(actions)) memory_.add(std::move(*note));
    for (auto& action : actions) std::visit([&](auto& it) { take(it); }, action);
  }
  void take(Launch& it) {
    launched_++;
    launches_[it.process.text()] = it;
  }
  void take(Kill& it) {
    signals_.push_back(name_of_launch(it.launch) + ' ' + std::to_string(it.signal) +
                       (it.signal == SIGKILL || !it.to_end || it.leader_first ? "" : " all"));
  }
  void take(AwaitReady& it) {
    std::string what = name_of_launch(it.launch) + ' ' + std::to_string(it.port);
    if (it.readiness.kind != Readiness::Kind::port)
      what += ' ' + std::string(name_of(it.readiness.kind)) + ' ' + it.readiness.what;
    watched_.push_back(std::move(what));
  }
  void take(WatchOver& it) { watched_over_[name_of_launch(it.launch)] = it; }
  void take(Publish& it) {
    lines_.push_back(it.event.process + ": " + it.event.text);
    records_.push_back(std::move(it.event));
  }
  void take(Answer& it) { replies_[it.reply.id].push_back(std::move(it.reply)); }
  void take(AnswerPs& it) { replies_[it.reply.id].push_back(std::move(it.reply)); }
  void take(ChangeKeys&) {}
  void take(AnswerStatus& it) { replies_[it.reply.id].push_back(std::move(it.reply)); }
  void take(PassToLaunch&) { passed_on_++; }
  void take(Attach& it) { attached_.push_back(it.process.text()); }
  void take(Listen& it) { listening_ = std::move(it.addresses); }
  void take(SaveFormation& it) { saved_.push_back(std::move(it.formation)); }
  void take(Upgrade&) {}
  void take(ReadModel& it) {
    readings_++;
    read_.push_back(it.code);
  }
  void take(KeepReleases& it) {
    to_keep_ = it.releases;
    kept_.push_back(std::move(it.releases));
  }
  void take(Finish& it) { finished_ = it.exit_status; }

  Now now_{MonoTime(1h), WallTime(1'800'000'000s)};
  CoreOptions options_;
  Releases releases_, to_keep_;
  Memory memory_;
  std::unique_ptr<Core> core_;
  std::map<std::string, Launch> launches_;
  std::map<std::string, WatchOver> watched_over_;
  std::map<uint64_t, std::vector<Reply>> replies_;
  Lines lines_, signals_, watched_, read_, attached_;
  std::vector<Releases> kept_;
  std::vector<EventRecord> records_;
  std::vector<FormationCounts> saved_;
  std::vector<ListenAddress> listening_;
  size_t launched_ = 0, passed_on_ = 0, readings_ = 0;
  std::optional<int> finished_;
  uint64_t next_request_ = 1;
};

}  // namespace muster
