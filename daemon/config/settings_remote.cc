// See settings_nodes.h. Here: the table [remote]. Keeps: no listener is open to the whole world
// unless that is said in a word of its own.
#include "daemon/config/listen_address.h"
#include "daemon/config/settings_nodes.h"

namespace muster {
namespace {

bool is_everywhere(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

}  // namespace

Reading read_remote(const toml::table& table, std::optional<ListenAddress>& listen) {
  bool anywhere = false;
  for (auto& [name, node] : table) {
    if (name.str() != "listen" && name.str() != "anywhere")
      return wrong(name.source(), "unknown key '{}'; [remote] has listen and anywhere", name.str());
    if (name.str() == "anywhere")
      if (Reading done = read(node, anywhere); !done)
        return wrong(done.error().at, "anywhere: {}", done.error().message);
  }
  const auto* node = table.get("listen");
  if (!node) return wrong(table.source(), "[remote] needs listen = \"ADDRESS:PORT\"");
  const std::optional<std::string> text = node->value<std::string>();
  const auto address = parse_listen_address(text.value_or(""));
  if (!address || !address->path.empty() || text->find(':') == text->npos)
    return wrong(node->source(),
                 "listen: must be an address of this machine and a port, such as "
                 "\"10.0.0.5:5555\" or \"[fd00::5]:5555\"");
  if (is_everywhere(address->host) && !anywhere)
    return wrong(node->source(),
                 "listen: {} is every address of this machine: name one, or add anywhere = true",
                 address->host);
  listen = *address;
  return {};
}

}  // namespace muster
