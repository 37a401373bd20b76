// See app.h. Here: what clients ask for and that they have gone, in the order in which it came. A
// request in which the app's files may have a say waits until these have been looked at, which
// another thread does: a disk that does not answer holds no client up for longer than a moment.
#include "daemon/app_parts.h"

namespace muster {
namespace {

// A file takes some microseconds; a client notices no such wait.
constexpr Nanos look_patience = 500ms;

}  // namespace

// A request that launches, or names a type that may be in the files alone; and `ps`, which tells.
bool App::Parts::wants_a_look(const Request& request) const {
  if (!core->release().code.empty() || core->model().files.empty()) return false;
  return std::visit(
      [&]<class Body>(const Body& body) {
        if constexpr (std::is_same_v<Body, ScaleRequest> || std::is_same_v<Body, ConfigRequest>)
          return !is_question(request.body);
        return std::is_same_v<Body, RunRequest> || std::is_same_v<Body, AttachRequest> || requires {
          body.names;
        };
      },
      request.body);
}

void App::Parts::on_request(ClientId client, Request request) {
  if (replays->take(client, request) || consoles->take(client, request)) return;
  const bool is_to_wait = !look_is_stuck && wants_a_look(request);
  if (held.empty() && !is_to_wait) return post(Requested{std::move(client), std::move(request)});
  held.emplace_back(Requested{std::move(client), std::move(request)});
  if (!is_to_wait) return;
  if (!look_given_up.armed()) look_given_up.after(look_patience);
  if (model_files.busy())
    look_again = true;
  else
    look_at_model_files(false);
}

// All that is under way for a client ends with it.
void App::Parts::on_client_lost(const ClientId& client) {
  replays->forget(client);
  attachments->forget(client);
  consoles->forget(client);
  if (!held.empty())
    held.emplace_back(ClientLost{client});
  else if (core->knows(client))
    post(ClientLost{client});
}

void App::Parts::look_at_model_files(bool after_launches) {
  if (model_files.busy() || !core->release().code.empty() || core->model().files.empty()) return;
  model_files.look(core->model().files,
                   [this, number = core->model_number(), after_launches](FilesSeen seen) {
                     on_model_files(std::move(seen), number, after_launches);
                   });
}

void App::Parts::on_model_files(FilesSeen seen, uint64_t of_model, bool after_launches) {
  look_is_stuck = false;
  if (of_model == core->model_number()) {
    seen.after_launches = after_launches;
    const bool differ = seen.digest != 0;
    if (differ || files_differ) post(std::move(seen));
    files_differ = differ;
  }
  const bool is_outdated = std::exchange(look_again, false) || of_model != core->model_number();
  if (held.empty()) return;
  if (is_outdated) return look_at_model_files(false);
  release_held();
}

void App::Parts::release_held() {
  look_given_up.disarm();
  for (auto& event : std::exchange(held, {})) {
    auto* lost = std::get_if<ClientLost>(&event);
    if (!lost || core->knows(lost->client)) post(std::move(event));
  }
}

}  // namespace muster
