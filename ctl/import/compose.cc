// See converters.h. Here: compose.yaml. A service whose program is in an image of others is left to
// docker; one that is built here runs as its Dockerfile says.
#include <fmt/format.h>
#include <algorithm>

#include "ctl/import/compose_keys.h"
#include "ctl/import/converters.h"
#include "ctl/import/dockerfile.h"
#include "ctl/import/shell_text.h"
#include "ctl/import/source_variables.h"
#include "ctl/import/tree_values.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

class ComposeFile {
 public:
  explicit ComposeFile(const ImportSource& source) : source_(source) {
    imported_.file = source.file;
  }

  Result<Imported> convert() {
    auto tree = parse_tree(source_.text, source_.file);
    if (!tree) return tl::unexpected(tree.error());
    if (Result<> done = SourceVariables(source_, imported_).fill_in(*tree); !done)
      return tl::unexpected(done.error());
    const auto* services = tree->find("services");
    if (!services || !services->is_map())
      return fail("{}:{}: there are no services in it", source_.file, std::max(tree->line, 1U));
    if (auto* include = tree->find("include"))
      imported_.note(include->line, "include: only this file is read");
    for (auto& field : services->fields) names_.push_back(field.key);
    for (auto& field : services->fields) take_service(field, *services);
    settle_needs();
    for (auto& type : imported_.types) tell_hosts(type);
    imported_.put_before_commands();
    return std::move(imported_);
  }

 private:
  void take_service(const TreeField& field, const TreeNode& services) {
    if (!field.value.is_map())
      return imported_.note_of(field.key, field.line, "it is no service, and is left out");
    const TreeNode service = with_base(field.value, services);
    ImportedType type;
    type.settings["restart"] = "\"never\"";
    if (!take_command(type, field, service)) return;
    type.name = imported_.free_name(field.key, field.line);
    if (auto* profiles = service.find("profiles")) {
      type.count = 0;
      imported_.note_of(
          type.name, profiles->line,
          fmt::format("profiles: it runs when it is wanted: ctl scale {}=1", type.name));
    }
    take_environment(type, service);
    for (auto& entry : service.fields) take_service_key(imported_, type, entry);
    take_health(type, service);
    if (auto* needs = service.find("depends_on"))
      needs_.push_back({imported_.types.size(), *needs});
    services_.push_back(field.key);
    imported_.types.push_back(std::move(type));
  }

  // `extends` of the same file; what is said here wins.
  TreeNode with_base(TreeNode service, const TreeNode& services) {
    const auto* extends = service.find("extends");
    if (!extends) return service;
    const auto name = extends->is_text() ? extends->text : extends->text_at("service").value_or("");
    const auto* base = services.find(name);
    if (!base || extends->find("file")) {
      imported_.note(extends->line, "extends: only this file is read");
      return service;
    }
    for (auto& field : base->fields) {
      auto own = std::find_if(service.fields.begin(), service.fields.end(),
                              [&](auto& other) { return other.key == field.key; });
      if (own == service.fields.end()) service.fields.push_back(field);
      if (own != service.fields.end() && field.key == "environment") {
        Environment env = environment_in(field.value);
        for (auto& [key, value] : environment_in(own->value)) set_variable(env, key, value);
        own->value = {TreeNode::Kind::map, own->value.line};
        for (auto& [key, value] : env)
          own->value.fields.push_back({key, own->line, {TreeNode::Kind::text, own->line, value}});
      }
    }
    return service;
  }

  bool take_command(ImportedType& type, const TreeField& field, const TreeNode& service) {
    const auto image = service.text_at("image");
    DockerCommand line = from_dockerfile(service);
    const bool is_of_dockerfile = !line.line().empty();
    if (auto words = own_words(service, "entrypoint", field.key)) line = {*words, ""};
    if (auto words = own_words(service, "command", field.key)) line.command = *words;
    type.command = line.line();
    type.is_of_words = !is_of_dockerfile;
    const bool is_built = service.find("build");
    if (type.command.empty()) {
      imported_.commented.push_back(fmt::format("{}: {}", field.key, image ? *image : "?"));
      const std::string why =
          image && !is_built
              ? fmt::format(
                    "its program is in the image {}: install it on this machine, or leave "
                    "it to docker: docker compose up -d {}",
                    *image, field.key)
              : "its command is in its image (CMD); write it into the Procfile";
      imported_.note_of(field.key, field.line, why);
      return false;
    }
    if (image && !is_built)
      imported_.note_of(
          field.key, field.line,
          fmt::format("it runs on this machine, and no more in the image {}", *image));
    return true;
  }

  std::optional<std::string> own_words(const TreeNode& service, std::string_view key,
                                       const std::string& name) {
    auto* node = service.find(key);
    if (!node || (!node->is_text() && !node->is_list())) return {};
    auto words = words_in(*node);
    if (words) return line_of_shell(*words);
    imported_.note_of(name, node->line, fmt::format("{}: {}", key, words.message()));
    return {};
  }

  DockerCommand from_dockerfile(const TreeNode& service) const {
    auto* build = service.find("build");
    if (!build || !source_.files) return {};
    const std::string context =
        build->is_text() ? build->text : build->text_at("context").value_or(".");
    const std::string file = build->text_at("dockerfile").value_or("Dockerfile");
    const auto found = source_.files(context + '/' + file);
    return found.empty()
               ? DockerCommand()
               : command_of_dockerfile(found.front().text, build->text_at("target").value_or(""));
  }

  void take_environment(ImportedType& type, const TreeNode& service) {
    if (auto* files = service.find("env_file")) {
      std::vector<std::string> names = names_in(*files);
      for (auto& item : files->items)
        if (auto path = item.text_at("path")) names.push_back(*path);
      for (auto& name : names) take_env_file(type, name, files->line);
    }
    if (auto* node = service.find("environment"))
      for (auto& [name, value] : environment_in(*node)) set_variable(type.env, name, value);
  }

  void take_env_file(ImportedType& type, const std::string& name, uint32_t line) {
    if (!source_.files) return;
    const auto found = source_.files(name);
    if (found.empty())
      imported_.note_of(type.name, line, fmt::format("env_file: {} is not there", name));
    for (auto& file : found)
      for (auto& [key, value] : parse_env_file(file.text, name).env)
        set_variable(type.env, key, value);
  }

  void take_health(ImportedType& type, const TreeNode& service) {
    auto* check = service.find("healthcheck");
    auto* test = check ? check->find("test") : nullptr;
    const std::string command = test ? command_of_test(*test) : "";
    const auto disabled = check ? check->text_at("disable") : std::nullopt;
    if (command.empty() || disabled == "true") return;
    imported_.set(type, "ready", toml_text("exec:" + command), test->line);
    imported_.note_of(type.name, check->line,
                      "healthcheck: it says when the process is up; to have one killed that is not "
                      "well, write it as `health`, too");
  }

  void settle_needs() {
    for (auto& [index, node] : needs_) {
      std::string list;
      for (auto& name : names_in(node)) {
        const auto found = std::find(services_.begin(), services_.end(), name);
        if (found == services_.end()) {
          imported_.note_of(imported_.types[index].name, node.line,
                            fmt::format("depends_on: {} does not run here", name));
          continue;
        }
        const auto* how = node.find(name);
        const auto condition = how ? how->text_at("condition").value_or("") : "";
        const auto& type = imported_.types[static_cast<size_t>(found - services_.begin())];
        const std::string until = condition == "service_completed_successfully" ? ":completed"
                                  : condition == "service_healthy"              ? ""
                                                                                : ":started";
        list += (list.empty() ? "" : ", ") + toml_text(type.name + until);
      }
      if (!list.empty())
        imported_.set(imported_.types[index], "needs", '[' + list + ']', node.line);
    }
  }

  // postgres://db:5432 leads to another container.
  void tell_hosts(const ImportedType& type) {
    for (auto& [key, value] : type.env)
      for (auto& host : names_)
        for (size_t at = value.find(host); at != value.npos; at = value.find(host, at + 1)) {
          const char before = at == 0 ? '\0' : value[at - 1];
          const size_t end = at + host.size();
          const char behind = end == value.size() ? '\0' : value[end];
          const bool is_url = (before == '/' || before == '@') && (behind == ':' || behind == '/');
          const bool is_alone = before == '\0' && (behind == '\0' || behind == ':');
          const bool names_host = key.find("HOST") != key.npos || key.find("SERVER") != key.npos;
          if (!is_url && !(is_alone && names_host)) continue;
          imported_.note_of(
              type.name, 0,
              fmt::format("{} names the service {} as a host: here that is 127.0.0.1", key, host));
          break;
        }
  }

  struct Needs {
    size_t type;
    TreeNode node;
  };
  const ImportSource& source_;
  Imported imported_;
  std::vector<std::string> names_;     // of all services
  std::vector<std::string> services_;  // of the types, one each
  std::vector<Needs> needs_;
};

}  // namespace

Result<Imported> import_compose(const ImportSource& source) {
  return ComposeFile(source).convert();
}

}  // namespace muster
