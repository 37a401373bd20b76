// See source_watch.h.
#include "daemon/edge/watch/source_watch.h"

#include <algorithm>

#include "base/digest.h"
#include "daemon/edge/watch/source_tree.h"

namespace muster {

namespace {

uint64_t digest_of_wanted(const SourceWatch::Wanted& wanted) {
  std::string text = wanted.directory;
  for (auto& path : wanted.paths) text += '\n' + path;
  return digest_of(text);
}

}  // namespace

SourceWatch::SourceWatch(Loop& loop, std::string marks, std::function<void(Event)> sink)
    : loop_(loop), marks_(std::move(marks)), sink_(std::move(sink)) {}

SourceWatch::~SourceWatch() = default;

void SourceWatch::watch_only(std::vector<Wanted> wanted) {
  std::erase_if(trees_, [&](auto& tree) {
    if (std::find(wanted.begin(), wanted.end(), tree->wanted()) != wanted.end()) return false;
    marks_.forget(tree->wanted().type);
    return true;
  });
  for (auto& one : wanted) {
    const bool is_watched = std::any_of(trees_.begin(), trees_.end(),
                                        [&](auto& tree) { return tree->wanted() == one; });
    if (!is_watched) watch(std::move(one));
  }
}

void SourceWatch::watch(Wanted wanted) {
  const std::string type = wanted.type;
  const uint64_t digest = digest_of_wanted(wanted);
  auto on_change = [this, type, digest](std::string text, uint64_t mark) {
    sink_(SourcesChanged{type, std::move(text)});
    // The mark comes last: a daemon that dies before it leaves the change to its successor, which
    // tells it once more at worst.
    marks_.keep(type, digest, mark);
  };
  auto& tree = *trees_.emplace_back(
      std::make_unique<SourceTree>(loop_, std::move(wanted), std::move(on_change)));
  const auto before = marks_.of(type, digest);
  // The mark says little if not all is watched.
  if (before && *before != tree.mark() && tree.trouble().empty())
    tree.has_changed("its files");
  else
    marks_.keep(type, digest, tree.mark());
}

void SourceWatch::look() {
  for (auto& tree : trees_) tree->look();
}

std::vector<std::string> SourceWatch::alarms() const {
  std::vector<std::string> alarms;
  for (auto& tree : trees_)
    if (!tree->trouble().empty()) alarms.push_back(tree->trouble());
  return alarms;
}

}  // namespace muster
