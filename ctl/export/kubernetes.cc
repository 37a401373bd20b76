// See export.h. Here: objects of Kubernetes. The image is named after the app, and made elsewhere.
#include <fmt/format.h>

#include "ctl/export/export.h"
#include "ctl/export/yaml_text.h"

namespace muster {
namespace {

constexpr std::string_view kubernetes_keys[] = {"cpu",    "cron",  "grace",     "health",
                                                "memory", "ready", "singleton", "restart"};

// A name there is one of DNS.
std::string dns_name(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  }
  while (text.ends_with('-')) text.pop_back();
  while (text.starts_with('-')) text.erase(0, 1);
  return text.empty() ? "app" : text;
}

class KubernetesExport {
 public:
  explicit KubernetesExport(const ExportApp& app) : app_(app), name_(dns_name(app.name)) {}

  Exported make() {
    std::string objects, secrets;
    for (auto& type : app_.model.types) {
      note_other_keys(exported_, type, kubernetes_keys);
      objects += "---\n" + yaml_text(object(type));
      if (type.name == "web") objects += "---\n" + yaml_text(port_object(type));
      secrets += "---\n" + yaml_text(secret(type));
    }
    exported_.files.push_back({"kubernetes.yaml", objects, false});
    exported_.files.push_back({"secrets.yaml", secrets, true});
    exported_.hint =
        "kubectl apply -f secrets.yaml -f kubernetes.yaml  (build and push the image "
        "that they name before)";
    return std::move(exported_);
  }

 private:
  void note(const ProcessType& type, std::string_view what) {
    exported_.notes.push_back(fmt::format("{}: {}", type.name, what));
  }

  std::string name_of_type(const ProcessType& type) const {
    return name_ + '-' + dns_name(type.name);
  }

  ExportValue head(std::string_view api, std::string_view kind, const std::string& name) const {
    return {{"apiVersion", api},
            {"kind", kind},
            {"metadata", {{"name", name}, {"labels", {{"app.kubernetes.io/name", name_}}}}}};
  }

  ExportValue secret(const ProcessType& type) const {
    ExportValue made = head("v1", "Secret", name_of_type(type));
    made["type"] = "Opaque";
    made["stringData"] = ExportValue::object();
    for (auto& [name, value] : app_.env_of(type)) made["stringData"][name] = value;
    return made;
  }

  ExportValue port_object(const ProcessType& type) const {
    ExportValue made = head("v1", "Service", name_of_type(type));
    made["spec"] = {{"selector", {{"app.kubernetes.io/instance", name_of_type(type)}}},
                    {"ports", {{{"port", 80}, {"targetPort", app_.port_of(type, 1)}}}}};
    return made;
  }

  ExportValue probe(const ProcessType& type, const Readiness& by) const {
    if (by.kind == Readiness::Kind::http)
      return {{"httpGet", {{"path", by.what}, {"port", app_.port_of(type, 1)}}}};
    if (by.kind == Readiness::Kind::port) return {{"tcpSocket", {{"port", app_.port_of(type, 1)}}}};
    if (by.kind == Readiness::Kind::exec)
      return {{"exec", {{"command", {"/bin/sh", "-c", by.what}}}}};
    return nullptr;
  }

  // $(NAME) would be a variable of the pod.
  static std::vector<std::string> command(const ProcessType& type) {
    auto words = shell_words(type);
    for (auto& word : words)
      for (size_t at = word.find("$("); at != word.npos; at = word.find("$(", at + 3))
        word.insert(at, 1, '$');
    return words;
  }

  ExportValue pod(const ProcessType& type, const char* restart) {
    ExportValue container = {
        {"name", dns_name(type.name)}, {"image", name_ + ":latest"}, {"command", command(type)}};
    container["env"] = {{{"name", "PORT"}, {"value", std::to_string(app_.port_of(type, 1))}},
                        {{"name", "PS"}, {"value", type.name + ".1"}},
                        {{"name", "DYNO"}, {"value", type.name + ".1"}}};
    container["envFrom"] = {{{"secretRef", {{"name", name_of_type(type)}}}}};
    auto& settings = type.settings;
    auto& quotas = settings.surroundings.quotas;
    if (quotas.memory)
      container["resources"]["limits"]["memory"] = std::to_string(quotas.memory->count);
    if (quotas.cpu)
      container["resources"]["limits"]["cpu"] = fmt::format("{}m", quotas.cpu->count * 10);
    if (auto& health = settings.watching.health) {
      ExportValue made = probe(type, health->by);
      made["periodSeconds"] = std::max<int64_t>(1, health->every / 1s);
      made["timeoutSeconds"] = std::max<int64_t>(1, health->timeout / 1s);
      made["failureThreshold"] = health->failures;
      container["livenessProbe"] = made;
    }
    if (auto& ready = settings.booting.ready; ready && ready->kind != Readiness::Kind::none) {
      if (ExportValue made = probe(type, *ready); !made.is_null())
        container["readinessProbe"] = made;
      else
        note(type, "ready: there is no such probe");
    }
    const int64_t grace = settings.stopping.grace.value_or(Usual().grace) / 1s;
    return {{"metadata", {{"labels", {{"app.kubernetes.io/instance", name_of_type(type)}}}}},
            {"spec",
             {{"restartPolicy", restart},
              {"terminationGracePeriodSeconds", std::max<int64_t>(1, grace)},
              {"containers", {container}}}}};
  }

  ExportValue object(const ProcessType& type) {
    const std::string name = name_of_type(type);
    const ExportValue job = {{"backoffLimit", 0},
                             {"template", pod(type, is_one_off(type) ? "Never" : "Always")}};
    if (type.settings.cron) {
      ExportValue made = head("batch/v1", "CronJob", name);
      const auto found = app_.crons.find(type.name);
      if (found == app_.crons.end()) note(type, "cron: its times could not be read; write them");
      made["spec"] = {{"schedule", found == app_.crons.end() ? "@yearly" : found->second},
                      {"concurrencyPolicy", "Forbid"},
                      {"jobTemplate", {{"spec", job}}}};
      return made;
    }
    if (is_one_off(type)) {
      ExportValue made = head("batch/v1", "Job", name);
      made["spec"] = job;
      return made;
    }
    if (type.settings.restarting.when != Restart::always)
      note(type, "restart: a deployment always restarts");
    ExportValue made = head("apps/v1", "Deployment", name);
    made["spec"] = {{"replicas", app_.count_of(type)},
                    {"selector", {{"matchLabels", {{"app.kubernetes.io/instance", name}}}}},
                    {"template", job["template"]}};
    if (is_singleton(type)) made["spec"]["strategy"] = {{"type", "Recreate"}};
    return made;
  }

  const ExportApp& app_;
  std::string name_;
  Exported exported_;
};

}  // namespace

Exported export_kubernetes(const ExportApp& app) { return KubernetesExport(app).make(); }

}  // namespace muster
