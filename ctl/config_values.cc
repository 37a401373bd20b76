// See config_values.h. A user that names a FIFO here wishes to wait for what comes out of it.
#include "ctl/config_values.h"

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>

#include "base/unique_fd.h"
#include "daemon/config/env_file.h"
#include "proto/limits.h"

namespace muster {
namespace {

Result<std::string> read_to_end(int fd, const std::string& name) {
  std::string text;
  std::array<char, 16 << 10> part;
  for (;;) {
    const ssize_t n = read(fd, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}", name);
    if (n == 0) return text;
    text.append(part.data(), static_cast<size_t>(n));
    if (text.size() > limits::config_file)
      return fail("{}: it is larger than {} bytes", name, limits::config_file);
  }
}

Result<std::string> read_place(const std::string& path) {
  if (path == "-") return read_to_end(STDIN_FILENO, "stdin");
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return fail_errno(errno, "{}", path);
  return read_to_end(file.get(), path);
}

Result<> take_from(const std::string& name, const std::string& path, ConfigValues& values) {
  for (auto& [other, place] : values.hidden)
    if (path == "-" && place == "stdin")
      return fail("{}: {} has come from stdin already", name, other);
  auto text = read_place(path);
  if (!text) return within(text.error(), "{}", name);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  values.vars[name] = std::move(*text);
  values.hidden[name] = path == "-" ? "stdin" : path;
  return {};
}

}  // namespace

Result<> take_config_word(const std::string& word, ConfigValues& values) {
  const size_t equals = word.find('=');
  if (equals == 0 || equals == word.npos) return fail("'{}' is not of the form KEY=VALUE", word);
  const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
  if (value == "-") return take_from(name, value, values);
  if (value.starts_with('@') && !value.starts_with("@@"))
    return take_from(name, value.substr(1), values);
  values.vars[name] = value.substr(value.starts_with("@@") ? 1 : 0);
  values.hidden.erase(name);
  return {};
}

Result<> take_config_file(const std::string& path, ConfigValues& values) {
  const std::string name = path == "-" ? "stdin" : path;
  auto text = read_place(path);
  if (!text) return tl::unexpected(text.error());
  const ParsedEnvFile parsed = parse_env_file(*text, name);
  if (!parsed.complaints.empty()) return fail("{}", parsed.complaints.front().text());
  for (auto& [key, value] : parsed.env) {
    values.vars[key] = value;
    values.hidden[key] = name;
  }
  return {};
}

}  // namespace muster
