// See settings_checks.h.
#include "daemon/config/settings_checks.h"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/config/listen_address.h"
#include "daemon/config/needs.h"
#include "daemon/config/settings_keys.h"

namespace muster {
namespace {

class Checks {
 public:
  Checks(const toml::table& file, AppModel& model, const Findings& findings)
      : file_(file), model_(model), findings_(findings) {}

  void make() {
    expect_own_addresses();
    expect_time_to_boot();
    expect_needs_that_can_be();
    for (auto& type : model_.types) {
      auto* own = type.name == defaults_table ? nullptr : table_of(type.name);
      if (own) tell_idle_keys(*own, type);
      tell_given_variables(type.name);
    }
    if (auto* one_offs = table_of(one_offs_table)) tell_idle_keys_of_one_offs(*one_offs);
    for (auto name : {defaults_table, one_offs_table}) tell_given_variables(name);
  }

 private:
  const toml::table* table_of(std::string_view name) const {
    auto* node = file_.get(name);
    return node ? node->as_table() : nullptr;
  }

  // The value that is in force for a type: its own one, or that of all.
  const toml::node* node_of(std::string_view type, std::string_view key) const {
    for (auto name : {type, defaults_table})
      if (auto* table = table_of(name))
        if (auto* node = table->get(key)) return node;
    return nullptr;
  }

  void complain(const toml::node* at, std::string message) {
    findings_.error(at ? at->source() : file_.source(), std::move(message));
  }

  // A socket is one type's: its processes share it.
  void expect_own_addresses() {
    std::map<std::string, std::string> taken;
    for (auto& type : model_.types) {
      auto& address = type.settings.listen;
      if (!address) continue;
      const auto [other, is_new] = taken.emplace(text_of(*address), type.name);
      if (!is_new)
        complain(node_of(type.name, "listen"),
                 fmt::format("listen: {} and {} cannot have the same address", other->second,
                             type.name));
    }
  }

  void expect_time_to_boot() {
    const toml::node* said = nullptr;
    for (auto& type : model_.types) {
      const auto& [ready, timeout] = type.settings.booting;
      if (!timeout) continue;
      auto* node = node_of(type.name, "boot_timeout");
      const bool is_later =
          ready && ready->kind == Readiness::Kind::delay && ready->delay > *timeout;
      if (*timeout > Nanos(0) && !is_later) continue;
      if (std::exchange(said, node) == node) continue;
      complain(node, *timeout <= Nanos(0)
                         ? "boot_timeout: must be longer than 0; without it nothing is killed"
                         : "boot_timeout: is over before the delay of ready is, so that " +
                               type.name + " never comes up");
    }
  }

  void expect_needs_that_can_be() {
    std::set<const toml::node*> said;  // of the defaults each is told once
    for (auto& [type, needed, message] : settle_needs(model_)) {
      const toml::node* at = node_of(type, "needs");
      if (auto* list = at ? at->as_array() : nullptr)
        for (auto& element : *list) {
          const std::string need = element.value_or(std::string());
          if (need == needed || need.starts_with(needed + ':')) at = &element;
        }
      if (said.insert(at).second) complain(at, "needs: " + message);
    }
  }

  // Such as a health check of a job that is run at night.
  void tell_idle_keys(const toml::table& own, const ProcessType& type) {
    const bool is_release = type.name == release_type;
    if (!is_release && !type.settings.cron) return;
    for (auto& [name, node] : own)
      if (concerns(name.str()) == Key::Concerns::formation || (is_release && name.str() == "cron"))
        findings_.warning(
            node.source(),
            fmt::format("{} has no effect on {}, which {} and is not in the formation", name.str(),
                        type.name, is_release ? "is run before a release" : "has a cron"));
  }

  void tell_idle_keys_of_one_offs(const toml::table& own) {
    for (auto& [name, node] : own)
      if (concerns(name.str()) != Key::Concerns::every)
        findings_.warning(node.source(),
                          fmt::format("{} has no effect on one-off commands", name.str()));
  }

  void tell_given_variables(std::string_view table) {
    auto* node = table_of(table) ? table_of(table)->get("env") : nullptr;
    if (!node || !node->is_table()) return;
    for (auto& [name, value] : *node->as_table())
      if (name.str() == "PS" || name.str() == "DYNO")
        findings_.warning(
            value.source(),
            fmt::format("env: {} has no effect: muster gives it to each process", name.str()));
  }

  static Key::Concerns concerns(std::string_view name) {
    Key::Concerns found = Key::Concerns::every;
    Settings any;
    for_each_key([&](Key key, auto&) { found = key.name == name ? key.concerns : found; }, any);
    return found;
  }

  const toml::table& file_;
  AppModel& model_;
  const Findings& findings_;
};

}  // namespace

void check_settings(const toml::table& file, AppModel& model, const Findings& findings) {
  Checks(file, model, findings).make();
}

}  // namespace muster
