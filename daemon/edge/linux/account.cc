// See account.h.
#include "daemon/edge/linux/account.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>

namespace muster {
namespace {

using Buffer = std::array<char, 1 << 16>;  // an entry of a group names all that are in it

std::optional<uint32_t> number_of_name(const std::string& text) {
  uint32_t number = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

tl::unexpected<StartFailure> failure(std::string_view what, const std::string& name, int error) {
  if (error != 0) return tl::unexpected(StartFailure{fmt::format("{} {}", what, name), error});
  return tl::unexpected(
      StartFailure{fmt::format("{} {}: there is no such {}", what, name, what), 0});
}

// The files check what is written in them; this is what the machine makes of a name.
bool is_nobodys(uint32_t number) {
  return std::ranges::find(AccountName::nobodys, number) != std::end(AccountName::nobodys);
}

tl::unexpected<StartFailure> left_as_it_is(std::string_view what, const std::string& name,
                                           uint32_t number) {
  return tl::unexpected(StartFailure{
      fmt::format("{} {}: its number is {}, which means \"as before\"", what, name, number), 0});
}

// A number may belong to no user.
StartResult<std::optional<gid_t>> find_group(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (auto number = number_of_name(name)) {
    if (is_nobodys(*number)) return left_as_it_is("group", name, *number);
    return gid_t(*number);
  }
  Buffer buffer;
  group entry{};
  group* found = nullptr;
  const int error = getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (!found) return failure("group", name, error);
  if (is_nobodys(found->gr_gid)) return left_as_it_is("group", name, found->gr_gid);
  return found->gr_gid;
}

std::vector<gid_t> groups_of(const std::string& user, gid_t group) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  if (getgrouplist(user.c_str(), group, groups.data(), &count) < 0) {
    groups.resize(static_cast<size_t>(count));
    getgrouplist(user.c_str(), group, groups.data(), &count);
  }
  groups.resize(static_cast<size_t>(count));
  return groups;
}

// A number may belong to no user: then it has no group by itself.
StartResult<Person> find_user(const std::string& name, std::optional<gid_t> group) {
  Buffer buffer;
  passwd entry{};
  passwd* found = nullptr;
  const auto number = number_of_name(name);
  if (number && is_nobodys(*number)) return left_as_it_is("user", name, *number);
  const int error = number ? getpwuid_r(*number, &entry, buffer.data(), buffer.size(), &found)
                           : getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (!found && (!number || error != 0)) return failure("user", name, error);
  Person person;
  if (!found) {
    if (!group)
      return tl::unexpected(StartFailure{
          fmt::format("user {}: there is no user with that number: name a group, too", name), 0});
    person.user = *number;
    person.group = group;
    person.groups = {*group};
    return person;
  }
  person.user = found->pw_uid;
  person.group = group.value_or(found->pw_gid);
  if (is_nobodys(*person.user)) return left_as_it_is("user", name, *person.user);
  if (is_nobodys(*person.group)) return left_as_it_is("the group of user", name, *person.group);
  person.name = found->pw_name;
  person.home = found->pw_dir;
  person.shell = found->pw_shell;
  person.groups = groups_of(person.name, *person.group);
  return person;
}

}  // namespace

StartResult<Person> find_account(const Account& account) {
  auto group = find_group(account.group);
  if (!group) return tl::unexpected(group.error());
  Person person;
  person.group = *group;
  if (!account.user.empty()) {
    auto found = find_user(account.user, *group);
    if (!found) return found;
    person = std::move(*found);
  }
  const bool ours = person.user.value_or(geteuid()) == geteuid() &&
                    person.group.value_or(getegid()) == getegid() && geteuid() != 0;
  if (ours) person.user.reset(), person.group.reset(), person.groups.clear();
  return person;
}

}  // namespace muster
