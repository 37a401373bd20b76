// See remote_key_file.h.
#include "daemon/edge/helpers/remote_key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/trusted_path.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "base/zmq/curve.h"
#include "proto/key_text.h"
#include "proto/remote_keys.h"
#include "proto/verb.h"

namespace muster {
namespace {

constexpr size_t largest_key_file = 1 << 20;

// Empty where there is none.
Result<std::string> read_key_file(const std::string& path) {
  const auto file = open_regular(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  if (!*file) return std::string();
  auto text = read_whole_file(file->get(), largest_key_file);
  if (!text) return within(text.error(), "{}", path);
  return text;
}

Result<> write_key_file(const std::string& directory, const std::string& name,
                        std::string_view text) {
  if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return fail_errno(errno, "{}", directory);
  const UniqueFd place(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!place) return fail_errno(errno, "{}", directory);
  const std::string path = directory + '/' + name, next = path + ".next";
  const auto file = open_regular(next, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected(file.error());
  if (fchmod(file->get(), S_IRUSR | S_IWUSR) != 0) return fail_errno(errno, "{}: chmod", next);
  if (Result<> written = write_all(file->get(), text); !written)
    return within(written.error(), "{}", next);
  if (fsync(file->get()) != 0) return fail_errno(errno, "{}: fsync", next);
  if (rename(next.c_str(), path.c_str()) != 0) return fail_errno(errno, "{}: rename", next);
  if (fsync(place.get()) != 0) return fail_errno(errno, "{}: fsync", directory);
  return {};
}

// The public half of the daemon's own key; empty where it has none.
Result<std::string> own_key(const std::string& directory, bool make) {
  auto text = read_key_file(directory + "/key");
  if (!text) return text;
  while (text->ends_with('\n')) text->pop_back();
  if (!text->empty()) {
    const auto secret = key_of_text(*text);
    if (!secret) return fail("{}/key holds no key", directory);
    return key_text(open_half(*secret));
  }
  if (!make) return std::string();
  const CurvePair pair = make_curve_pair();
  if (Result<> kept = write_key_file(directory, "key", key_text(pair.secret) + '\n'); !kept)
    return tl::unexpected(kept.error());
  return key_text(pair.open);
}

Result<std::string> add_key(std::vector<RemoteKey>& keys, const KeyRequest& request) {
  const auto role = parse_role(request.role);
  if (!role) return fail("'{}' is none of read, operate, admin", request.role);
  const auto bytes = key_of_text(request.key);
  if (!bytes)
    return fail("'{}' is no key: it has a wrong character, or is cut; ctl key new makes one",
                request.key);
  RemoteKey key{request.add, *role, *bytes, request.from, request.until, request.note};
  if (Result<> good = check_remote_key(key); !good) return tl::unexpected(good.error());
  for (auto& other : keys) {
    if (other.name == key.name) return fail("there is a key '{}' already", key.name);
    if (other.key == key.key) return fail("this key is that of '{}' already", other.name);
  }
  if (keys.size() == most_remote_keys) return fail("there are {} keys already", keys.size());
  keys.push_back(key);
  return fmt::format("Key {} added ({})", key.name, name_of(key.role));
}

Result<std::string> remove_key(std::vector<RemoteKey>& keys, const std::string& name) {
  if (std::erase_if(keys, [&](auto& key) { return key.name == name; }) == 0)
    return fail("there is no key '{}'", name);
  return fmt::format("Key {} removed", name);
}

Result<RemoteKeyFile::Outcome> carried_out(const std::string& directory,
                                           const KeyRequest& request) {
  const std::string path = directory + "/keys";
  auto text = read_key_file(path);
  if (!text) return tl::unexpected(text.error());
  auto keys = parse_remote_keys(*text, path);
  if (!keys) return tl::unexpected(keys.error());
  RemoteKeyFile::Outcome outcome;
  if (!is_question(request)) {
    auto told =
        request.remove.empty() ? add_key(*keys, request) : remove_key(*keys, request.remove);
    if (!told) return tl::unexpected(told.error());
    outcome.told = *told;
  }
  auto server = own_key(directory, !request.add.empty());
  if (!server) return tl::unexpected(server.error());
  outcome.keys.server = *server;
  std::string lines;
  for (auto& key : *keys) {
    lines += line_of(key) + '\n';
    outcome.keys.keys.push_back({key.name, std::string(name_of(key.role)), key_text(key.key),
                                 key.from, key.until, key.note});
  }
  if (!outcome.told.empty())
    if (Result<> kept = write_key_file(directory, "keys", lines); !kept)
      return tl::unexpected(kept.error());
  return outcome;
}

}  // namespace

void RemoteKeyFile::carry_out(KeyRequest request, Done done) {
  if (waiting_.size() == most_waiting)
    return done(fail("too many requests for keys at once; try again"));
  waiting_.push_back({std::move(request), std::move(done)});
  if (waiting_.size() == 1) begin();
}

void RemoteKeyFile::begin() {
  auto outcome = std::make_shared<Result<Outcome>>();
  work_.start([directory = directory_, request = waiting_.front().request,
               outcome] { *outcome = carried_out(directory, request); },
              [this, outcome] {
                const Done done = std::move(waiting_.front().done);
                waiting_.pop_front();
                done(std::move(*outcome));
                if (!waiting_.empty()) begin();
              });
}

}  // namespace muster
