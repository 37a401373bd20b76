// The verb `run`, and the requests that belong to the exchange of an attached one-off.
#include <algorithm>

#include "daemon/core/command_text.h"
#include "daemon/core/listing.h"
#include "daemon/core/selection.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"

namespace muster {
namespace {

size_t size_of(const RunRequest& request) {
  size_t bytes = 0;
  for (auto& word : request.command) bytes += word.size();
  for (auto& [name, value] : request.env) bytes += name.size() + value.size();
  return bytes;
}

// The bytes of the words that were given to the one-offs that there are.
size_t words_of_one_offs(ProcessTable& table) {
  size_t bytes = 0;
  for (const Process* p : table.of_type(std::string(one_off_type))) {
    for (auto& word : p->one_off->argv) bytes += word.size();
    for (auto& [name, value] : p->one_off->env) bytes += name.size() + value.size();
  }
  return bytes;
}

}  // namespace

void Core::State::ask(const Asker& asker, const std::string& by, const RunRequest& request) {
  if (request.command.empty()) return refuse(asker, Refusal::usage, "run: say which command");
  if (table.of_type(std::string(one_off_type)).size() >= limits::one_offs)
    return refuse(asker, Refusal::no,
                  fmt::format("{} one-offs run already, which is the limit", limits::one_offs));
  if (!request.detach && table.attached_to(asker.client).size() >= limits::one_offs_of_client)
    return refuse(
        asker, Refusal::no,
        fmt::format("{} attached one-offs of this client run already", limits::one_offs_of_client));
  if (size_of(request) + words_of_one_offs(table) > limits::one_off_words)
    return refuse(asker, Refusal::no,
                  fmt::format("the words and variables of all one-offs that run may have {} bytes",
                              limits::one_off_words));
  if (table.of_exchange(asker.client, asker.request_id))
    return refuse(asker, Refusal::usage,
                  fmt::format("run: request {} is still under way", asker.request_id));

  OneOff one_off;
  std::optional<OneOff> task;  // as the core itself runs one of its type
  std::string where;
  if (!request.inside.empty()) {
    auto chosen = select_running(table, formation, request.inside);
    if (!chosen) return out.answer(asker, chosen.error());
    const Process& other = *chosen->front();
    where = " in " + other.name.text();
    one_off.inside = other.launch;
    one_off.type = other.one_off ? other.one_off->type : other.name.type;
    one_off.argv = request.command;
    if (other.port) one_off.env.emplace_back("PORT", std::to_string(*other.port));
  } else if (const ProcessType* type = types.find(request.command[0])) {
    const std::vector<std::string> rest(request.command.begin() + 1, request.command.end());
    if (auto why = why_not_beside(*type)) return refuse(asker, Refusal::no, *why);
    if (type->settings.cron || type->name == release_type) task = task_of(*type);
    one_off.type = type->name;
    one_off.command = type->command + (rest.empty() ? "" : " ") + shell_quoted(rest);
  } else {
    one_off.argv = request.command;
  }
  one_off.env.insert(one_off.env.end(), request.env.begin(), request.env.end());
  const Surroundings& usual = types.model().one_offs.surroundings;
  const bool is_isolated = task ? task->isolated : usual.isolate.value_or(true);
  one_off.isolated = !one_off.inside && !request.shared && is_isolated;
  if (request.disk && !one_off.isolated)
    return refuse(
        asker, Refusal::usage,
        "run: a limit of the disk is for what works on a copy of the files, and this does "
        "not");
  one_off.limits = {request.memory, request.disk, request.cpu, request.timeout};
  if (task && !one_off.limits.timeout) one_off.limits.timeout = task->limits.timeout;
  one_off.asker = asker;
  if (!request.detach) {
    one_off.attached =
        Launch::Attachment{asker.client, asker.request_id, request.credit, request.terminal};
    one_off.token = request.token;
  }

  Process& process = driver.add({std::string(one_off_type), ++one_offs_named}, std::move(one_off));
  announce(RecordKind::notice, texts::command("Run", '`' + process.command + '`' + where, by), by);
  driver.step(process, LifeEvent::start);
}

// A client whose daemon was replaced in the middle of an exchange learns from this that it must
// begin again. A client whose exchange has just ended does not care.
void Core::State::ask(const Asker& asker, const std::string&, const CreditRequest& request) {
  if (Process* p = table.of_exchange(asker.client, asker.request_id))
    out.add(PassToLaunch{*p->launch, request});
  else if (!waiting.knows(asker) && !waits_for_change(asker))
    refuse(asker, Refusal::gone, "this exchange is not under way");
}

// A message for an exchange that has just ended came too late, and that is all.

void Core::State::ask(const Asker& asker, const std::string&, const InputRequest& request) {
  if (Process* p = table.of_exchange(asker.client, asker.request_id))
    out.add(PassToLaunch{*p->launch, request});
}

void Core::State::ask(const Asker& asker, const std::string&, const SignalRequest& request) {
  if (Process* p = table.of_exchange(asker.client, asker.request_id))
    out.add(PassToLaunch{*p->launch, request});
}

void Core::State::ask(const Asker& asker, const std::string&, const ResizeRequest& request) {
  if (Process* p = table.of_exchange(asker.client, asker.request_id))
    out.add(PassToLaunch{*p->launch, request});
}

void Core::State::ask(const Asker& asker, const std::string&, const CancelRequest&) {
  if (Process* p = table.of_exchange(asker.client, asker.request_id))
    driver.step(*p, LifeEvent::hang_up);
}

void Core::State::on(const ClientLost& event) {
  for (Process* p : table.attached_to(event.client)) {
    p->one_off->asker.reset();
    driver.step(*p, LifeEvent::hang_up);
  }
  // The work that was asked for is done all the same.
  waiting.forget(event.client);
  for (Change& change : changes)
    if (change.asker && change.asker->client == event.client) change.asker.reset();
}

bool Core::State::knows(const ClientId& client) {
  return !table.attached_to(client).empty() || waiting.of_client(client) > 0 ||
         std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
           return change.asker && change.asker->client == client;
         });
}

}  // namespace muster
