// See source_tree.h.
#include "daemon/edge/watch/source_tree.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/digest.h"
#include "daemon/config/text_file.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

// An editor and a build write many files one after the other; one that never pauses is not waited
// for longer.
constexpr Nanos pause_of_changes = 200ms, longest_burst = 2s;
constexpr size_t most_directories = 20'000, most_changed = 100;
constexpr unsigned looks_between_trials = 60;
constexpr const char* rules_name = ".gitignore";
constexpr uint32_t of_interest = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO |
                                 IN_DELETE | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

// These directories hold no sources, and these files are what editors keep beside the real ones.
bool is_never_watched(std::string_view name) {
  for (std::string_view left : {".git", ".hg", ".svn", "node_modules", "__pycache__", "4913"})
    if (name == left) return true;
  return name.ends_with('~') || name.ends_with(".swp") || name.ends_with(".swx") ||
         name.starts_with(".#");
}

// The nearest directory upward that is a work tree of git's, or else this one.
std::string top_of(const std::string& directory) {
  std::error_code error;
  for (fs::path place = directory;; place = place.parent_path()) {
    if (fs::exists(place / ".git", error)) return place.string();
    if (place == place.parent_path()) return directory;
  }
}

bool leads_to_directory(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// If nothing is there, the place is its directory behind all links, and its name.
std::string place_of_directory(const std::string& path) {
  std::error_code error;
  fs::path place = fs::weakly_canonical(path, error);
  if (error) place = fs::path(path).lexically_normal();
  return (place.has_filename() ? place : place.parent_path()).string();
}

void add_file(uint64_t& mark, const std::string& path) {
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0 || S_ISDIR(file.st_mode)) return;
  mark += digest_of(fmt::format("{}\n{} {} {}.{}", path, file.st_ino, file.st_size,
                                file.st_mtim.tv_sec, file.st_mtim.tv_nsec));
}

}  // namespace

SourceTree::SourceTree(Loop& loop, SourceWatch::Wanted wanted,
                       std::function<void(std::string, uint64_t)> on_change)
    : loop_(loop),
      wanted_(std::move(wanted)),
      on_change_(std::move(on_change)),
      quiet_(loop, [this] { tell(); }) {
  for (auto& path : wanted_.paths)
    roots_.push_back({(fs::path(wanted_.directory) / path).string(), ""});
  begin();
}

void SourceTree::begin() {
  anew_ = false;
  trouble_.clear();
  poll_.reset();
  directories_.clear();
  rules_ = {};
  rules_of_.clear();
  base_ = place_of_directory(wanted_.directory);
  top_ = top_of(base_);
  inotify_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_) return fail("", errno);
  poll_.emplace(loop_, inotify_.get(), [this] { on_readable(); });
  poll_->watch(Poll::readable);
  if (auto text = read_text_file(top_ + "/.git/info/exclude"); text && *text)
    rules_.add(**text, "");
  for (auto& root : roots_) {
    root.watch = -1;
    add_root(root);
  }
}

void SourceTree::add_root(Root& root) {
  root.place = place_of_directory(root.path);
  const fs::path place = root.place, parent = place.parent_path();
  const bool is_tree = leads_to_directory(place);
  if (!is_tree && !leads_to_directory(parent)) return;
  // The rules of all directories above it, the uppermost first; they may change.
  std::vector<std::string> above;
  for (fs::path up = parent; is_in_work_tree(up.string()); up = up.parent_path())
    above.push_back(up.string());
  for (auto up = above.rbegin(); up != above.rend(); ++up) {
    add_rules(*up);
    add(*up, rules_name);
  }
  root.watch = is_tree ? add(root.place, "") : add(parent.string(), place.filename().string());
  if (is_tree) add_all(root.place);
  root.was_there = true;
}

int SourceTree::add(const std::string& path, const std::string& only) {
  if (directories_.size() >= most_directories) {
    fail(fmt::format("{} has more than {} directories", path, most_directories), 0);
    return -1;
  }
  const int watch = inotify_add_watch(inotify_.get(), path.c_str(), of_interest);
  if (watch < 0) {
    if (errno != ENOENT && errno != ENOTDIR) fail(path, errno);
    return -1;
  }
  const auto known = directories_.find(watch);
  if (known == directories_.end())
    directories_[watch] = {path, only.empty() ? std::set<std::string>() : std::set{only}};
  else if (only.empty())
    known->second.only.clear();
  else if (!known->second.only.empty())
    known->second.only.insert(only);
  return watch;
}

// Adds all that is in a directory; true if there is a file in it.
bool SourceTree::add_all(const std::string& path) {
  bool has_files = false;
  std::vector<std::string> open{path};
  while (!open.empty()) {
    const std::string directory = std::move(open.back());
    open.pop_back();
    if (add(directory, "") < 0) continue;
    add_rules(directory);
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code of_entry;
      const bool is_tree = entry->is_directory(of_entry) && !entry->is_symlink(of_entry);
      if (is_left_alone(entry->path().string(), is_tree)) continue;
      if (is_tree)
        open.push_back(entry->path().string());
      else
        has_files = true;
    }
  }
  return has_files;
}

bool SourceTree::is_in_work_tree(const std::string& path) const {
  return path == top_ || path.starts_with(top_ + '/');
}

void SourceTree::add_rules(const std::string& directory) {
  if (!is_in_work_tree(directory) || !rules_of_.insert(directory).second) return;
  const auto text = read_text_file(directory + '/' + rules_name);
  if (!text || !*text) return;
  rules_.add(**text, directory.size() > top_.size() ? directory.substr(top_.size() + 1) : "");
}

// A user has named this very file.
bool SourceTree::is_wanted(const std::string& path) const {
  return std::any_of(roots_.begin(), roots_.end(), [&](auto& root) { return root.place == path; });
}

bool SourceTree::is_left_alone(const std::string& path, bool is_directory) const {
  if (is_never_watched(std::string_view(path).substr(path.rfind('/') + 1))) return true;
  return path.starts_with(top_ + '/') && rules_.ignores(path.substr(top_.size() + 1), is_directory);
}

void SourceTree::on_readable() {
  alignas(inotify_event) std::array<char, 16 << 10> buffer;
  const ssize_t n = read(inotify_.get(), buffer.data(), buffer.size());
  for (ssize_t at = 0; at < n;) {
    inotify_event event;
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* name = buffer.data() + at + sizeof event;
    take(event, event.len > 0 ? name : "");
    at += static_cast<ssize_t>(sizeof event + event.len);
  }
}

void SourceTree::take(const inotify_event& event, const std::string& name) {
  if (event.mask & IN_Q_OVERFLOW) {
    anew_ = true;
    return has_changed("very much");
  }
  const auto found = directories_.find(event.wd);
  if (found == directories_.end()) return;
  if (name.empty()) return take_of_itself(event);
  const auto& [directory, only] = found->second;
  const bool is_tree = event.mask & IN_ISDIR;
  const std::string path = directory + '/' + name;
  if (!only.empty()) {
    if (!only.contains(name)) return;
    anew_ |= is_tree || name == rules_name;
    if (name != rules_name || is_wanted(path)) return has_changed(path);
    return quiet_.after(pause_of_changes);
  }
  if (is_left_alone(path, is_tree)) return;
  if (name == rules_name) anew_ = true;
  if (!is_tree) return has_changed(path);
  if (event.mask & (IN_CREATE | IN_MOVED_TO)) {
    if (add_all(path)) has_changed(path);
  } else if (event.mask & IN_MOVED_FROM) {
    anew_ = true;
    has_changed(path);
  }
}

// A directory that is watched itself, and not as a part of another, is told of by no other when it
// is moved or has gone.
void SourceTree::take_of_itself(const inotify_event& event) {
  if (event.mask & IN_IGNORED) directories_.erase(event.wd);
  for (auto& root : roots_) {
    if (root.watch != event.wd) continue;
    if (event.mask & IN_IGNORED) root.watch = -1;
    anew_ = true;
    has_changed(root.place);
  }
}

uint64_t SourceTree::mark() const {
  uint64_t mark = 1;
  for (auto& [watch, directory] : directories_) {
    for (auto& name : directory.only)
      if (is_wanted(directory.path + '/' + name)) add_file(mark, directory.path + '/' + name);
    std::error_code error;
    fs::directory_iterator entry, end;
    if (directory.only.empty()) entry = fs::directory_iterator(directory.path, error);
    for (; !error && entry != end; entry.increment(error))
      if (const std::string path = entry->path().string(); !is_left_alone(path, false))
        add_file(mark, path);
  }
  return mark;
}

void SourceTree::has_changed(const std::string& path) {
  const std::string base = base_ + '/';
  if (changed_.size() < most_changed)
    changed_.insert(path.starts_with(base) ? path.substr(base.size()) : path);
  const MonoTime now = loop_clock();
  since_ = since_.value_or(now);
  quiet_.at(std::min(now + pause_of_changes, *since_ + longest_burst));
}

void SourceTree::tell() {
  const auto changed = std::exchange(changed_, {});
  since_.reset();
  if (anew_) begin();
  if (changed.empty()) return;
  std::string text = *changed.begin();
  if (changed.size() > 1) text += fmt::format(" and {} more", changed.size() - 1);
  on_change_(text, mark());
}

void SourceTree::look() {
  for (auto& root : roots_) {
    if (root.watch >= 0 && place_of_directory(root.path) == root.place) continue;
    anew_ |= root.watch >= 0;
    std::error_code error;
    const bool is_new = root.was_there || fs::exists(root.path, error);
    if (root.watch < 0) add_root(root);
    if (root.watch >= 0 && is_new) has_changed(root.place);
  }
  if (!trouble_.empty() && ++looks_in_trouble_ % looks_between_trials == 0) begin();
}

void SourceTree::fail(const std::string& what, int error) {
  if (!trouble_.empty()) return;
  std::string why = error == 0 ? what : muster::fail_errno(error, "{}", what).value().message;
  if (error == EMFILE) why = "the limit fs.inotify.max_user_instances is reached";
  if (error == ENOSPC) why = "the limit fs.inotify.max_user_watches is reached";
  trouble_ = fmt::format("watch of {}: not all of its files are watched: {}", wanted_.type, why);
}

}  // namespace muster
