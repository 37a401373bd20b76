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
#include "proto/server_key.h"
#include "proto/verb.h"

namespace muster {
namespace {

constexpr size_t largest_key_file = 1 << 20;
constexpr Nanos invitation_time = 15min;

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

// The daemon's own key, which has no secret where there is none. A key whose date has come is
// replaced in the file, so that a clock that is set back later does not bring it back.
Result<ServerKey> own_key(const std::string& directory, bool make, WallTime now) {
  const std::string path = directory + "/key";
  auto text = read_key_file(path);
  if (!text) return tl::unexpected(text.error());
  ServerKey key;
  if (!text->empty()) {
    auto kept = parse_server_key(*text, path);
    if (!kept || !kept->is_replaced(now)) return kept;
    key.secret = kept->next;
  } else if (make) {
    key.secret = make_curve_pair().secret;
  } else {
    return key;
  }
  if (Result<> kept = write_key_file(directory, "key", text_of(key)); !kept)
    return tl::unexpected(kept.error());
  return key;
}

Result<> put_in(std::vector<RemoteKey>& keys, const RemoteKey& key) {
  if (Result<> good = check_remote_key(key); !good) return good;
  for (auto& other : keys) {
    if (other.name == key.name) return fail("there is a key '{}' already", key.name);
    if (other.key == key.key) return fail("this key is that of '{}' already", other.name);
  }
  if (keys.size() == most_remote_keys) return fail("there are {} keys already", keys.size());
  keys.push_back(key);
  return {};
}

Result<std::string> add_key(std::vector<RemoteKey>& keys, const KeyRequest& request) {
  const auto role = parse_role(request.role);
  if (!role) return fail("'{}' is none of read, operate, admin", request.role);
  const auto bytes = key_of_text(request.key);
  if (!bytes)
    return fail("'{}' is no key: it has a wrong character, or is cut; ctl key new makes one",
                request.key);
  const RemoteKey key{request.add, *role, *bytes, request.from, request.until, request.note};
  if (Result<> put = put_in(keys, key); !put) return tl::unexpected(put.error());
  return fmt::format("Key {} added ({})", key.name, name_of(key.role));
}

// Takes the place of an invitation of that name. The secret is told once and kept nowhere.
Result<std::string> invite(std::vector<RemoteKey>& keys, const KeyRequest& request, WallTime now,
                           std::string& secret) {
  const auto role = parse_role(request.role);
  if (!role) return fail("'{}' is none of read, operate, admin", request.role);
  const CurvePair pair = make_curve_pair();
  const WallTime end = std::chrono::ceil<std::chrono::seconds>(now + invitation_time);
  const RemoteKey key{request.add,   *role,        pair.open, request.from,
                      request.until, request.note, end};
  std::erase_if(keys, [&](auto& other) { return other.once && other.name == key.name; });
  if (Result<> put = put_in(keys, key); !put) return tl::unexpected(put.error());
  secret = key_text(pair.secret);
  return fmt::format("Key {} invited ({})", key.name, name_of(key.role));
}

Result<std::string> enrol(std::vector<RemoteKey>& keys, const KeyRequest& request, WallTime now) {
  const auto bytes = key_of_text(request.enrol), once = key_of_text(request.once);
  if (!bytes) return fail("'{}' is no key", request.enrol);
  const auto invited = std::find_if(keys.begin(), keys.end(),
                                    [&](auto& key) { return key.once && key.key == once; });
  if (invited == keys.end() || *invited->once < now) return fail("there is no such invitation");
  RemoteKey key = *invited;
  keys.erase(invited);
  key.key = *bytes;
  key.once.reset();
  if (Result<> put = put_in(keys, key); !put) return tl::unexpected(put.error());
  return fmt::format("Key {} enrolled ({})", key.name, name_of(key.role));
}

Result<std::string> remove_key(std::vector<RemoteKey>& keys, const std::string& name) {
  if (std::erase_if(keys, [&](auto& key) { return key.name == name; }) == 0)
    return fail("there is no key '{}'", name);
  return fmt::format("Key {} removed", name);
}

// The next key that some clients know already stays the same when its date is changed.
Result<std::string> rotate(const std::string& directory, ServerKey& key, Nanos pause,
                           WallTime now) {
  if (key.secret.empty()) return fail("the server has no key yet: ctl key add makes it");
  if (key.next.empty()) key.next = make_curve_pair().secret;
  key.next_from = std::chrono::ceil<std::chrono::seconds>(now + pause);
  if (Result<> kept = write_key_file(directory, "key", text_of(key)); !kept)
    return tl::unexpected(kept.error());
  return fmt::format("The server's key is replaced at {}", format_utc(key.next_from));
}

void fill(KeysReply& reply, const std::vector<RemoteKey>& keys, const ServerKey& server) {
  for (auto& key : keys)
    reply.keys.push_back({key.name, std::string(name_of(key.role)), key_text(key.key), key.from,
                          key.until, key.note, key.once});
  if (server.secret.empty()) return;
  reply.server = key_text(open_half(server.secret));
  if (server.next.empty()) return;
  reply.next_server = key_text(open_half(server.next));
  reply.next_from = server.next_from;
}

Result<std::string> changed(const std::string& directory, std::vector<RemoteKey>& keys,
                            ServerKey& server, const KeyRequest& request, WallTime now,
                            std::string& invitation) {
  if (request.rotate) return rotate(directory, server, *request.rotate, now);
  auto told = !request.remove.empty()  ? remove_key(keys, request.remove)
              : !request.enrol.empty() ? enrol(keys, request, now)
              : request.invite         ? invite(keys, request, now, invitation)
                                       : add_key(keys, request);
  if (!told) return told;
  std::string lines;
  for (auto& key : keys) lines += line_of(key) + '\n';
  if (Result<> kept = write_key_file(directory, "keys", lines); !kept)
    return tl::unexpected(kept.error());
  return told;
}

Result<RemoteKeyFile::Outcome> carried_out(const std::string& directory,
                                           const KeyRequest& request) {
  const WallTime now = read_clocks().wall;
  const std::string path = directory + "/keys";
  auto text = read_key_file(path);
  if (!text) return tl::unexpected(text.error());
  auto keys = parse_remote_keys(*text, path);
  if (!keys) return tl::unexpected(keys.error());
  auto server = own_key(directory, !request.add.empty(), now);
  if (!server) return tl::unexpected(server.error());
  RemoteKeyFile::Outcome outcome;
  if (!is_question(request)) {
    auto told = changed(directory, *keys, *server, request, now, outcome.keys.invitation);
    if (!told) return tl::unexpected(told.error());
    outcome.told = *told;
  }
  // A newcomer is shown its own key alone.
  if (!request.enrol.empty()) keys->erase(keys->begin(), keys->end() - 1);
  fill(outcome.keys, *keys, *server);
  return outcome;
}

}  // namespace

RemoteKeyFile::RemoteKeyFile(Loop& loop, std::string directory)
    : directory_(std::move(directory)), work_(loop) {
  const std::string path = directory_ + "/key";
  const auto text = read_key_file(path);
  const auto key = text ? parse_server_key(*text, path) : Result<ServerKey>(ServerKey{});
  if (!key) return;
  KeysReply reply;
  fill(reply, {}, *key);
  remember(reply);
}

void RemoteKeyFile::remember(const KeysReply& reply) {
  next_server_ = reply.next_server;
  next_from_ = reply.next_from.value_or(WallTime{});
}

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
                if (*outcome) remember((*outcome)->keys);
                done(std::move(*outcome));
                if (!waiting_.empty()) begin();
              });
}

}  // namespace muster
