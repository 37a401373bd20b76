// See peer_name.h.
#include "serve/peer_name.h"

#include <pwd.h>

#include <algorithm>
#include <map>

#include "base/zmq/zap.h"

namespace muster {

namespace {

// It stands in every event.
constexpr size_t longest_by = 128;

// Names change seldom, and asking for one may take a while where others know the users.
const std::string& name_of_user(uid_t user) {
  static std::map<uid_t, std::string> names;
  auto [known, is_new] = names.try_emplace(user);
  if (!is_new) return known->second;
  const passwd* account = getpwuid(user);
  return known->second = account ? account->pw_name : std::to_string(user);
}

}  // namespace

std::string name_of_peer(std::string_view address, std::string_view said) {
  const int64_t user = uid_of_ipc_peer(address);
  std::string by = user < 0 ? "?" : name_of_user(static_cast<uid_t>(user));
  const size_t at = said.rfind('@');
  const std::string_view host = at == said.npos ? std::string_view() : said.substr(at + 1);
  if (!host.empty()) by += '@';
  for (char c : host.substr(0, longest_by)) by += c > ' ' && c <= '~' ? c : '?';
  by.resize(std::min(by.size(), longest_by));
  return by;
}

}  // namespace muster
