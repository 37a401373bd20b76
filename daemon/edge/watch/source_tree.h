// The directories and files that one process type watches, by inotify of its own. For SourceWatch
// alone. Keeps: of a directory that is watched every directory in it is, but for those that are
// left alone; if the kernel has lost count, or a link leads elsewhere than before, all is looked at
// anew and counts as changed.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "daemon/config/ignore_rules.h"
#include "daemon/edge/watch/source_watch.h"

struct inotify_event;

namespace muster {

class SourceTree {
 public:
  // `on_change` gets a text and the mark of the files, a moment after the last of them has changed.
  SourceTree(Loop& loop, SourceWatch::Wanted wanted,
             std::function<void(std::string, uint64_t)> on_change);

  const SourceWatch::Wanted& wanted() const { return wanted_; }
  // Another number when a file is other than it was, or is there no more.
  uint64_t mark() const;
  void has_changed(const std::string& path);
  void look();
  // Empty: all is watched.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Directory {
    std::string path;
    std::set<std::string> only;  // these in it; empty: all
  };
  struct Root {
    std::string path;   // as the user has named it
    std::string place;  // behind all links
    int watch = -1;
    bool was_there = false;
  };

  void begin();
  void add_root(Root& root);
  int add(const std::string& path, const std::string& only);
  bool add_all(const std::string& path);
  void add_rules(const std::string& directory);
  bool is_in_work_tree(const std::string& path) const;
  bool is_wanted(const std::string& path) const;
  bool is_left_alone(const std::string& path, bool is_directory) const;
  void on_readable();
  void take(const inotify_event& event, const std::string& name);
  void take_of_itself(const inotify_event& event);
  void tell();
  void fail(const std::string& what, int error);

  Loop& loop_;
  SourceWatch::Wanted wanted_;
  std::function<void(std::string, uint64_t)> on_change_;
  std::string base_;  // the app's directory, behind all links
  std::string top_;   // of the work tree, from which git's rules count
  IgnoreRules rules_;
  std::set<std::string> rules_of_;  // directories
  std::vector<Root> roots_;
  UniqueFd inotify_;
  std::optional<Poll> poll_;
  std::map<int, Directory> directories_;
  std::set<std::string> changed_;
  std::optional<MonoTime> since_;
  bool anew_ = false;  // before it is told next
  std::string trouble_;
  unsigned looks_in_trouble_ = 0;
  Timer quiet_;
};

}  // namespace muster
