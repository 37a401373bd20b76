// See app.h. Here: the programs of muster's own that run beside the app, and the keys that one of
// them lets in from other machines.
#include <spdlog/spdlog.h>

#include "daemon/app_parts.h"
#include "daemon/config/listen_address.h"
#include "daemon/edge/linux/machine.h"

namespace muster {

void App::Parts::open_helpers() {
  remote_keys.emplace(loop, setup.endpoints.front_dir());
  front.emplace(loop, "muster-front", [this](std::string text) { tell_of_front(std::move(text)); });
}

void App::Parts::tell_of_front(std::string text) {
  spdlog::warn("{}", text);
  EventRecord notice;
  notice.process = "front";
  notice.text = std::move(text);
  router->publish(std::move(notice), read_clocks());
  // It may have ended because its key was replaced, and so the file is to say no more than that.
  remote_keys->carry_out({}, [](auto) {});
}

// The helpers are those that the model in force has.
void App::Parts::keep_helpers() {
  const auto& remote = core->model().remote;
  if (!remote) return front->want({});
  front->want({find_beside_us("muster-front"), text_of(*remote), setup.endpoints.runtime_dir,
               remote_keys->directory()});
}

void App::Parts::fill_helpers(StatusReply& status, Role role) const {
  if (!front->is_wanted()) return;
  HelperRow row{front->name(), role < Role::admin ? 0 : front->pid(), {}};
  if (role == Role::admin) row.lines.assign(front->last_lines().begin(), front->last_lines().end());
  status.helpers.push_back(std::move(row));
}

void App::Parts::on(ChangeKeys& action) {
  KeyRequest request = std::move(action.request);
  remote_keys->carry_out(std::move(request),
                         [this, action = std::move(action)](Result<RemoteKeyFile::Outcome> done) {
                           const auto answer = [&](ReplyBody body) {
                             Reply reply{action.request_id, false, std::move(body)};
                             (void)control->send(action.client, reply);
                           };
                           if (!done) return answer(RefusedReply{Refusal::no, done.message()});
                           if (!done->told.empty()) {
                             tell_of_keys(action, done->told);
                             front->try_again();
                           }
                           if (const auto& remote = core->model().remote)
                             done->keys.listen = text_of(*remote);
                           answer(std::move(done->keys));
                         });
}

void App::Parts::tell_of_keys(const ChangeKeys& action, const std::string& what) {
  EventRecord notice;
  notice.process = "api";
  notice.text = fmt::format("{} by {}", what, action.by);
  notice.by = action.by;
  notice.role = name_of(action.role);
  if (!action.address.empty()) notice.address = action.address;
  router->publish(std::move(notice), read_clocks());
}

}  // namespace muster
