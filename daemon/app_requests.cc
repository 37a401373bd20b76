// See app.h. Here: what clients ask for and that they have gone, in the order in which it came. A
// request in which the app's files may have a say waits until these have been looked at, which
// another thread does: a disk that does not answer holds no client up for longer than a moment.
#include "daemon/app_parts.h"
#include "proto/verb.h"

namespace muster {
namespace {

// A file takes some microseconds; a client notices no such wait.
constexpr Nanos look_patience = 500ms;

}  // namespace

bool App::Parts::wants_a_look(const Request& request) const {
  if (!core->release().code.empty() || core->model().files.empty()) return false;
  const Verb& verb = verb_of(request.body);
  return verb.is(Trait::reads_files) && (verb.is(Trait::question) || !is_question(request.body));
}

// The core refuses a request that the client may not make.
void App::Parts::on_request(ControlSockets::Came came) {
  const bool is_allowed = may(came.role, came.request.body);
  if (is_allowed &&
      (replays->take(came.client, came.request) || consoles->take(came.client, came.request)))
    return;
  const bool wants_look = is_allowed && !look_is_stuck && wants_a_look(came.request);
  const ClientId client = came.client;
  Requested event{std::move(came.client), std::move(came.request), came.role,
                  std::move(came.address)};
  if (!wants_look && !waiting.has(client)) return post(std::move(event));
  const size_t bytes = came.bytes + sizeof(WaitingRequests::Entry);
  waiting.add(client, {std::move(event), wants_look, bytes});
  control->hold(client, static_cast<ptrdiff_t>(bytes));
  if (!wants_look) return;
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
  if (waiting.has(client))
    waiting.end(client);
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
  if (waiting.empty()) return;
  if (!is_outdated) {
    for (auto& entry : waiting.take_turn()) post_waited(std::move(entry));
    look_given_up.disarm();
    control->serve();
    if (waiting.empty()) return;
    look_given_up.after(look_patience);
  }
  look_at_model_files(false);
  if (!model_files.busy()) answer_waiting();  // there is nothing to look at any more
}

void App::Parts::answer_waiting() {
  look_given_up.disarm();
  for (auto& entry : waiting.take_all()) post_waited(std::move(entry));
  control->serve();
}

void App::Parts::post_waited(WaitingRequests::Entry entry) {
  if (auto* lost = std::get_if<ClientLost>(&entry.event)) {
    if (core->knows(lost->client)) post(std::move(entry.event));
    return;
  }
  control->hold(std::get<Requested>(entry.event).client, -static_cast<ptrdiff_t>(entry.bytes));
  post(std::move(entry.event));
}

}  // namespace muster
