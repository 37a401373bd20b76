// See files_look.h.
#include "daemon/edge/watch/files_look.h"

#include <sys/stat.h>
#include <map>

#include "base/digest.h"
#include "base/time.h"
#include "daemon/config/procfile.h"
#include "daemon/config/text_file.h"

namespace muster {
namespace {

// The digest of a file that cannot be read now: another one than any text has, in practice.
constexpr uint64_t unreadable = 2;
// A file that changes twice within a tick of the kernel's clock has the same time twice.
constexpr Nanos settled_after = 100ms;

Nanos nanos_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

}  // namespace

class FilesLook::Eyes {
 public:
  FilesSeen look(const std::vector<FileTaken>& taken) {
    FilesSeen seen;
    std::string difference;
    for (auto& file : taken) {
      const uint64_t digest = digest_at(file.path);
      if (digest == file.digest) continue;
      auto& kind = digest == 0 ? seen.gone : file.digest == 0 ? seen.made : seen.changed;
      kind.push_back(file.name);
      difference += fmt::format("{} {}\n", file.path, digest);
      if (&file == &taken.front()) seen.types = types_at(file.path);
    }
    if (!difference.empty()) seen.digest = digest_of(difference);
    return seen;
  }

 private:
  struct FileState {
    ino_t number = 0;
    off_t size = 0;
    Nanos modified{}, changed{};
    bool operator==(const FileState&) const = default;
  };
  struct Known {
    FileState state;
    uint64_t digest = 0;
  };

  uint64_t digest_at(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
      known_.erase(path);
      return errno == ENOENT || errno == ENOTDIR ? 0 : unreadable;
    }
    const FileState state{status.st_ino, status.st_size, nanos_of(status.st_mtim),
                          nanos_of(status.st_ctim)};
    if (auto before = known_.find(path); before != known_.end() && before->second.state == state)
      return before->second.digest;
    const auto text = read_text_file(path);
    const uint64_t digest = !text ? unreadable : *text ? digest_of(**text) : 0;
    known_.erase(path);
    const Nanos age = read_clocks().wall.time_since_epoch() - state.changed;
    if (text && age > settled_after) known_[path] = {state, digest};
    return digest;
  }

  static std::vector<std::string> types_at(const std::string& path) {
    std::vector<std::string> names;
    const auto text = read_text_file(path);
    if (!text || !*text) return names;
    for (auto& type : parse_procfile(**text, path).types) names.push_back(type.name);
    return names;
  }

  std::map<std::string, Known> known_;  // by path
};

FilesLook::FilesLook(Loop& loop) : eyes_(std::make_shared<Eyes>()), work_(loop) {}
FilesLook::~FilesLook() = default;

void FilesLook::look(std::vector<FileTaken> taken, std::function<void(FilesSeen)> done) {
  auto seen = std::make_shared<FilesSeen>();
  work_.start(
      [eyes = eyes_, taken = std::move(taken), seen] {
        try {
          *seen = eyes->look(taken);
        } catch (const std::exception&) {  // without memory there is nothing to tell
          *seen = {};
        }
      },
      [seen, done = std::move(done)] { done(std::move(*seen)); });
}

}  // namespace muster
