// The requests that a client may make, one row each: the name on the wire, the role that it takes,
// and how those in between have to handle it. Keeps: a request without a row, or with two, does not
// compile, and no other list of requests says the same.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "proto/message.h"
#include "proto/role.h"

namespace muster {

// How a request is handled.
enum class Trait : uint8_t {
  // It only reads. `scale`, `config` and `key` do as well where they name no change; see
  // is_question.
  question = 1,
  // The reply may take its time, or must not be missed: `credit` asks meanwhile whether it is still
  // to come.
  awaited = 2,
  // A second one brings about no more than the first.
  repeatable = 4,
  // It may launch a process with what was read from the app's files: told if they differ by now.
  launches = 8,
  // It names a type that may be in the files alone, or tells of them, so they are looked at first.
  reads_files = 16,
  // It is refused while the app is shut down, and while too many requests wait for their end.
  while_running = 32,
};

constexpr Trait operator|(Trait a, Trait b) { return Trait(unsigned(a) | unsigned(b)); }

struct Verb {
  std::string_view name;  // on the wire
  Role role;              // the least one that may make it
  Role asking;            // the same where the fields ask for no change
  Trait traits = {};
  constexpr bool is(Trait trait) const { return (unsigned(traits) & unsigned(trait)) != 0; }
};

template <class Body>
struct VerbOf : Verb {};

namespace verb_table {
using enum Role;
using enum Trait;

// The verbs of `admin` are any code as the daemon: a command, the input of a shell, a checkout, and
// config vars such as PATH and LD_PRELOAD.
inline constexpr std::tuple verbs{
    // ---- asks
    VerbOf<PsRequest>{{"ps", read, read, question | reads_files}},
    VerbOf<StatusRequest>{{"status", read, read, question}},
    VerbOf<VersionRequest>{{"version", read, read, question}},
    VerbOf<ReleasesRequest>{{"releases", read, read, question}},
    VerbOf<ReplayRequest>{{"replay", read, read}},
    // ---- changes what runs
    VerbOf<ScaleRequest>{
        {"scale", operate, read, awaited | repeatable | launches | reads_files | while_running}},
    VerbOf<StartRequest>{
        {"start", operate, operate, awaited | repeatable | launches | reads_files | while_running}},
    VerbOf<StopRequest>{
        {"stop", operate, operate, awaited | repeatable | reads_files | while_running}},
    VerbOf<RestartRequest>{
        {"restart", operate, operate, awaited | launches | reads_files | while_running}},
    VerbOf<KillRequest>{{"kill", operate, operate, reads_files}},
    VerbOf<ReloadRequest>{{"reload", operate, operate, while_running}},
    VerbOf<RollbackRequest>{{"rollback", operate, operate, awaited}},
    // ---- changes the code that runs
    VerbOf<ConfigRequest>{{"config", admin, read, awaited | repeatable | launches | reads_files}},
    VerbOf<RunRequest>{{"run", admin, admin, launches | reads_files | while_running}},
    VerbOf<AttachRequest>{{"attach", admin, admin, reads_files}},
    VerbOf<DeployRequest>{{"deploy", admin, admin, awaited | repeatable}},
    VerbOf<ShutdownRequest>{{"shutdown", admin, admin}},
    VerbOf<UpgradeRequest>{{"upgrade", admin, admin}},
    VerbOf<KeyRequest>{{"key", admin, admin}},
    // ---- belongs to an exchange of the client itself
    VerbOf<CreditRequest>{{"credit", read, read}},
    VerbOf<CancelRequest>{{"cancel", read, read}},
    VerbOf<InputRequest>{{"input", admin, admin}},
    VerbOf<SignalRequest>{{"signal", admin, admin}},
    VerbOf<ResizeRequest>{{"resize", admin, admin}},
};
}  // namespace verb_table
static_assert(std::tuple_size_v<decltype(verb_table::verbs)> == std::variant_size_v<RequestBody>);

template <class Body>
inline constexpr const Verb& verb_for = std::get<VerbOf<Body>>(verb_table::verbs);

inline const Verb& verb_of(const RequestBody& body) {
  return std::visit([]<class Body>(const Body&) -> const Verb& { return verb_for<Body>; }, body);
}

// A request that, with the fields that it has, changes nothing however often it is made.
bool is_question(const RequestBody& body);
bool is_awaited(const RequestBody& body);
// `scale` is as long as it names numbers: `web+1` is one more each time.
bool is_repeatable(const RequestBody& body);

// The least role that may make the request with the fields that it has.
Role role_for(const RequestBody& body);
bool may(Role role, const RequestBody& body);

}  // namespace muster
