// See ledger.h.
#include "daemon/edge/store/ledger.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "base/whole_file.h"
#include "base/write_all.h"
#include "daemon/edge/launch/launch_mark.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {
namespace {

// All that may have grown beside what the largest app needs to be remembered.
constexpr size_t largest_ledger = 256 << 20;

// So that whichever run was begun later has the higher numbers. Steps take longer than that each.
uint64_t first_number() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

struct State {
  size_t size;
  int64_t changed;  // nanoseconds
};
std::optional<State> state_of(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return {};
  return State{static_cast<size_t>(status.st_size),
               status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

Run new_run(const std::string& place) {
  uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = 0;
  return {fmt::format("{}{:016x}", place, number), clock_ticks_now(), "", new_secret()};
}

Result<Ledger> Ledger::open(Places places, std::string machine, Run fresh,
                            const std::function<LivingRuns(const KnownRuns&)>& who_lives) {
  Ledger ledger(std::move(machine), std::move(fresh));
  std::vector<std::pair<std::string, Result<LedgerText>>> found;
  KnownRuns known;
  bool any_newer = false;
  const auto take = [&](const std::string& place, Result<std::string> bytes) {
    Result<LedgerText> text = tl::unexpected(Error{"it is not there"});
    if (bytes)
      text = decode_ledger(*bytes);
    else if (bytes.message().find(std::strerror(ENOENT)) == std::string::npos)
      text = tl::unexpected(bytes.error());
    if (text) known.emplace(text->run.token, text->run);
    any_newer = any_newer || (bytes && is_newer_ledger(*bytes));
    found.emplace_back(place, std::move(text));
  };
  if (places.kept) take("the keeper's", read_whole_file(places.kept.get(), largest_ledger));
  for (auto& path : places.paths) take(path, read_whole_file(path, largest_ledger));
  const LivingRuns living = who_lives(known);
  ledger.choose(found, living.tokens);
  if (!ledger.begun_ && any_newer)
    return fail("{}: it was written by a newer muster; use that one", places.paths.front());
  if (!ledger.begun_ && living.newest) ledger.run_ = *living.newest;
  if (!ledger.begun_) ledger.number_ = first_number();
  ledger.copies_.emplace_back();
  for (auto& path : places.paths) ledger.copies_.emplace_back().path = path;
  return ledger;
}

// A step less than in another copy is no wonder: the supervisor may have died between the two.
void Ledger::choose(const std::vector<std::pair<std::string, Result<LedgerText>>>& found,
                    const std::set<std::string>& living) {
  const auto lives = [&](const LedgerText& text) { return living.contains(text.run.token); };
  const auto is_ours = [&](const LedgerText& text) {
    const bool same = text.machine == machine_ || machine_.starts_with(text.machine + '/');
    return text.begun && (lives(text) || (same && !text.machine.empty()));
  };
  const LedgerText* best = nullptr;
  for (auto& [place, text] : found) {
    if (!text || !is_ours(*text)) continue;
    if (!best || std::pair(lives(*text), text->number) > std::pair(lives(*best), best->number))
      best = &*text;
  }
  const bool anything = best ? best->version >= ledger_version : !living.empty();
  for (auto& [place, text] : found) {
    std::string trouble;
    if (!text)
      trouble = text.message();
    else if (!text->damage.empty())
      trouble = text->damage;
    else if (best && text->begun && text->number + 1 < best->number)
      trouble = fmt::format("it is {} steps old", best->number - text->number);
    if (trouble.empty() || !anything) continue;
    told_.push_back(fmt::format("The ledger {}: {}", place, trouble));
  }
  for (auto& [place, text] : found)
    if (text && text->journal.seq > journal_.seq) journal_ = text->journal;
  doubtful_ = !best || !best->damage.empty();
  if (!best) return;
  const bool other_machine = best->machine != machine_ && best->version >= ledger_version;
  if (other_machine)
    told_.push_back("The ledger speaks of another boot, but processes of it are alive");
  run_ = best->run;
  memory_ = best->memory;
  asking_ = best->asking;
  number_ = std::max<uint64_t>(best->number, 1);
  if (best->version < ledger_version) number_ = first_number();
  begun_ = true;
}

void Ledger::amend(Memory memory) {
  memory_ = std::move(memory);
  begun_ = true;
}

Result<> Ledger::keep(Note note) {
  begun_ = true;
  number_++;
  buffer_.clear();
  append_step(buffer_, number_, journal_, note);
  memory_.add(std::move(note));
  return append({buffer_.data(), buffer_.size()});
}

void Ledger::keep(const journal::Mark& mark) {
  if (mark == journal_) return;
  journal_ = mark;
  if (!begun_) return;
  buffer_.clear();
  append_mark(buffer_, number_, journal_);
  (void)append({buffer_.data(), buffer_.size()});
}

void Ledger::keep_asking(LaunchId launch, const Asking& asking) {
  asking_[launch] = asking;
  if (asking.signal == 0) asking_.erase(launch);
  buffer_.clear();
  append_asking(buffer_, number_, journal_, launch, asking);
  (void)append({buffer_.data(), buffer_.size()});
}

Asking Ledger::kept_asking(LaunchId launch) const {
  const auto found = asking_.find(launch);
  return found == asking_.end() ? Asking() : found->second;
}

Result<> Ledger::append(std::string_view bytes) {
  Result<> all = fail("it is kept nowhere");
  writes_++;
  std::string trouble;
  for (auto& copy : copies_) {
    copy.grown += bytes.size();
    Result<> kept =
        copy.file && copy.grown <= growth ? write_all(copy.file.get(), bytes) : write_anew(copy);
    if (kept) {
      copy.size += copy.grown == 0 ? 0 : bytes.size();
      copy.trouble.clear();
      all = {};
      continue;
    }
    copy.file.reset();
    copy.trouble = kept.message();
    trouble = kept.message();
  }
  return all ? all : fail("ledger: {}", trouble);
}

// The whole memory as one note, whose processes are then touched by the last step once more.
std::string Ledger::all_of_it() const {
  Note all;
  all.daemon = memory_.daemon;
  for (auto& [name, note] : memory_.processes) all.changed.push_back(note);
  std::vector<char> bytes;
  append_mark(bytes, number_ - 1, journal_);
  if (begun_) append_step(bytes, number_ - 1, journal_, all);
  if (begun_) append_step(bytes, number_, journal_, memory_.last);
  if (begun_)
    for (auto& [launch, asking] : asking_) append_asking(bytes, number_, journal_, launch, asking);
  return ledger_head(machine_, run_) + std::string(bytes.begin(), bytes.end());
}

Result<UniqueFd> Ledger::file_for(const Copy& copy) const {
  UniqueFd file(copy.path.empty()
                    ? memfd_create("muster-ledger", MFD_CLOEXEC)
                    : ::open((copy.path + ".next").c_str(),
                             O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno(errno, "open");
  return file;
}

// Until the rename, or until the keeper has the new one, the old one stands.
Result<> Ledger::write_anew(Copy& copy) {
  const std::string bytes = all_of_it();
  const std::string next = copy.path + ".next";
  if (!copy.path.empty()) {
    struct stat status {};
    if (lstat(next.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
      unlink(next.c_str());
    for (auto& path : {next, copy.path})
      if (auto way = make_way(path); !way) return tl::unexpected(way.error());
  }
  Result<UniqueFd> file = file_for(copy);
  if (!file) return tl::unexpected(file.error());
  if (Result<> written = write_all(file->get(), bytes); !written) return written;
  if (!copy.path.empty() && rename(next.c_str(), copy.path.c_str()) != 0)
    return fail_errno(errno, "rename");
  copy.file = std::move(*file);
  copy.size = bytes.size();
  copy.grown = 0;
  if (copy.path.empty() && deposit_) deposit_(copy.file.get());
  return {};
}

void Ledger::deposit_with(std::function<void(int)> deposit) { deposit_ = std::move(deposit); }

void Ledger::deposit_again() const {
  for (auto& copy : copies_)
    if (copy.path.empty() && copy.file) deposit_(copy.file.get());
}

void Ledger::look() {
  for (auto& copy : copies_) {
    if (!begun_ || copy.path.empty()) continue;
    const bool was_kept = static_cast<bool>(copy.file);
    if (was_kept && look(copy)) continue;
    if (was_kept)
      told_.push_back(
          fmt::format("The ledger {} was taken away or changed; it is written anew", copy.path));
    Result<> written = write_anew(copy);
    copy.trouble = written ? "" : written.message();
    if (!written) copy.file.reset();
    if (auto now = written ? state_of(copy.file.get()) : std::nullopt) copy.changed = now->changed;
    copy.writes_then = writes_;
  }
}

// Whether it is as it was left. That bytes were changed while steps were kept is not seen here, but
// by the checksums.
bool Ledger::look(Copy& copy) {
  if (!leads_to(copy.path, copy.file.get())) return false;
  const auto now = state_of(copy.file.get());
  if (!now || now->size != copy.size) return false;
  const bool idle = copy.writes_then == writes_;
  const bool same = copy.changed == 0 || !idle || copy.changed == now->changed;
  copy.changed = now->changed;
  copy.writes_then = writes_;
  return same;
}

std::vector<std::string> Ledger::alarms() const {
  std::vector<std::string> alarms;
  for (auto& copy : copies_)
    if (!copy.trouble.empty())
      alarms.push_back(fmt::format("ledger {}: {}; trying again",
                                   copy.path.empty() ? "in memory" : copy.path, copy.trouble));
  return alarms;
}

// How far the journal is stays known, to whichever run comes next.
void Ledger::end() {
  begun_ = false;
  for (auto& copy : copies_) {
    if (!write_anew(copy) && !copy.path.empty()) unlink(copy.path.c_str());
    copy.file.reset();
  }
}

}  // namespace muster
