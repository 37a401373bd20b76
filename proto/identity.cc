// See identity.h. The file is a line of text, then `FIELD VALUE` lines. A path may hold any byte,
// so '%' and control characters are written as %XX.
#include "proto/identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>
#include <string_view>

#include "base/trusted_path.h"
#include "base/whole_file.h"
#include "base/write_all.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view head = "muster identity 1\n";
constexpr size_t identity_limit = 64 << 10;  // two paths, each byte written as three
constexpr int hex = 16;

std::optional<std::string> real_path(const std::string& path) {
  char resolved[PATH_MAX];
  if (!realpath(path.c_str(), resolved)) return std::nullopt;
  return std::string(resolved);
}

std::string inode_of(const std::string& path) {
  struct statx status {};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0) return {};
  if ((status.stx_mask & STATX_BTIME) == 0) return {};
  return fmt::format("{}@{}.{:09}", status.stx_ino, status.stx_btime.tv_sec,
                     status.stx_btime.tv_nsec);
}

bool is_same_file(const std::string& one, const std::string& other) {
  struct stat first {
  }, second{};
  return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

std::string without_last_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c == '%' || static_cast<unsigned char>(c) < ' ')
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    uint8_t code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 3], code, hex).ptr == &text[i + 3]) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

uint32_t port_of(std::string_view text) {
  uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// An earlier version has written "PID DIRECTORY\n".
std::string directory_in_lock(const std::string& path) {
  const std::string text = read_whole_file(path, identity_limit).value_or("");
  const size_t blank = text.find(' ');
  if (blank == text.npos || text.back() != '\n') return {};
  return text.substr(blank + 1, text.size() - blank - 2);
}

}  // namespace

bool AppIdentity::operator==(const AppIdentity& other) const {
  return identity_text(*this) == identity_text(other);
}

Result<AppPlace> place_of(const std::string& directory, const GetEnv& env) {
  const auto target = real_path(directory);
  if (!target) return fail_errno(errno, "{}", directory);
  fs::path path(directory);
  if (path.is_relative()) {
    const std::string pwd = env("PWD").value_or("");
    std::error_code error;
    const bool counts = pwd.starts_with('/') && is_same_file(pwd, ".");
    path = (counts ? fs::path(pwd) : fs::current_path(error)) / path;
  }
  std::string named = without_last_slash(path.lexically_normal().string());
  // A ".." behind a link is another directory than the text says.
  if (real_path(named) != target) named = *target;
  return AppPlace{std::move(named), *target, inode_of(*target)};
}

bool is_in_place(const AppIdentity& identity) {
  return access(identity.place.path.c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool belongs_to(const AppIdentity& identity, const AppPlace& place) {
  const AppPlace& own = identity.place;
  if (own.path.empty()) return false;
  if (own.path == place.path) return true;
  if (!is_in_place(identity)) return !own.inode.empty() && own.inode == place.inode;
  const auto leads = real_path(own.path);
  // Two links to one directory may be two apps.
  return leads && *leads == place.target && (place.path == place.target || own.path == *leads);
}

std::string identity_text(const AppIdentity& identity) {
  std::string text(head);
  if (!identity.place.path.empty())
    text += fmt::format("directory {}\ntarget {}\ninode {}\n", escaped(identity.place.path),
                        escaped(identity.place.target), identity.place.inode);
  text += fmt::format("name {}\n", identity.is_given ? "given" : "of-directory");
  if (identity.base_port != 0) text += fmt::format("port {}\n", identity.base_port);
  return text;
}

std::optional<AppIdentity> parse_identity(const std::string& text) {
  if (!text.starts_with(head) || text.back() != '\n') return std::nullopt;
  AppIdentity identity;
  std::string_view rest = std::string_view(text).substr(head.size());
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string_view field = line.substr(0, blank);
    const std::string_view value = line.substr(std::min(blank + 1, line.size()));
    if (field == "directory") identity.place.path = unescaped(value);
    if (field == "target") identity.place.target = unescaped(value);
    if (field == "inode") identity.place.inode = value;
    if (field == "name") identity.is_given = value == "given";
    if (field == "port") identity.base_port = port_of(value);
  }
  return identity;
}

KeptIdentity read_identity(const Endpoints& endpoints) {
  if (const auto text = read_whole_file(endpoints.identity_file(), identity_limit))
    if (auto identity = parse_identity(*text)) return {std::move(*identity), true};
  std::string directory = directory_in_lock(endpoints.state_lock_file());
  if (directory.empty()) directory = directory_in_lock(endpoints.lock_file());
  // A deployed app was started from anywhere, which says nothing.
  const bool is_deployed = access(endpoints.repository_dir().c_str(), F_OK) == 0;
  if (!directory.starts_with('/') || is_deployed) return {};
  AppIdentity found;
  found.is_given = endpoints.app != app_name_of(directory);
  found.place.path = found.place.target = std::move(directory);
  return {std::move(found), false};
}

Result<> keep_identity(const Endpoints& endpoints, const AppIdentity& identity, Synced synced) {
  const std::string path = endpoints.identity_file(), next = path + ".next";
  if (auto way = make_way(path); !way) return way;
  if (auto way = make_way(next); !way) return way;
  const auto file = open_regular(next, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected(file.error());
  if (Result<> written = write_all(file->get(), identity_text(identity)); !written)
    return within(written.error(), "{}", next);
  if (synced == Synced::yes && fsync(file->get()) != 0) return fail_errno(errno, "{}", next);
  if (rename(next.c_str(), path.c_str()) != 0) return fail_errno(errno, "{}", path);
  return {};
}

}  // namespace muster
