// ctl key: the user's own key, the servers that are known, and the keys that the app's daemon lets
// in, which keeps their list.
#include <fmt/format.h>

#include "base/quantity.h"
#include "ctl/printers/keys.h"
#include "ctl/remote/curve.h"
#include "ctl/remote/invitation.h"
#include "ctl/remote/known_servers.h"
#include "ctl/verbs/verbs.h"
#include "proto/key_text.h"

namespace muster {
namespace {

class KeyVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nctl key new                    makes a key of yours; prints the half to hand on\n"
        "ctl key show                   prints that half again\n"
        "ctl key trust HOST:PORT KEY    the server that listens there has this key\n"
        "ctl key list                   who may come in to the app, and the server's own key\n"
        "ctl key add NAME ROLE KEY      lets a key in: read, operate or admin\n"
        "ctl key remove NAME            lets it in no more, and ends what it has under way\n"
        "ctl key invite NAME ROLE       prints an invitation for `ctl join`, good for 15 minutes\n"
        "ctl key rotate                 replaces the server's own key, a week from now");
    options.text("ACTION", action_, "new, show, trust, list, add, remove, invite or rotate")
        .one_of({"new", "show", "trust", "list", "add", "remove", "invite", "rotate"})
        .required();
    options.texts("WORD", words_, "What the action is about");
    options.text("--at", at_, "For invite: where they reach it, if not where it listens")
        .shown_as("HOST:PORT");
    options.text("--from", from_, "For add, invite: only from there, as 10.0.0.0/8")
        .shown_as("ADDRESS");
    options.text("--until", until_, "For add, invite: up to that day, as 2027-01-31")
        .shown_as("DATE");
    options.text("--note", note_, "For add, invite: a line about it").shown_as("TEXT");
    options.text("--in", pause_, "For rotate: so long from now; 7d if it is left out")
        .shown_as("TIME");
    options.flag("--json", json_, "For list: an object instead of the table");
  }

  Outcome<int> run(Session& session) override {
    if (action_ == "new") return show(session, make_own_key());
    if (action_ == "show") return show(session, read_own_key());
    if (action_ == "trust") return trust(session);
    auto request = asked();
    if (!request) return tl::unexpected(request.error());
    auto reply = ask<KeysReply>(session, *request, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    if (action_ == "invite") return show_invitation(session, *reply);
    session.out.write(told(*reply));
    return status_done;
  }

 private:
  Outcome<KeyRequest> asked() const {
    KeyRequest request;
    constexpr size_t words_of_add = 3;
    if (action_ == "add") {
      if (words_.size() != words_of_add)
        return failure(ExitCode::usage, "Usage: ctl key add NAME ROLE KEY");
      request = {words_[0], "", words_[1], words_[2], from_, until_, note_};
    } else if (action_ == "invite") {
      if (words_.size() != 2) return failure(ExitCode::usage, "Usage: ctl key invite NAME ROLE");
      request = {words_[0], "", words_[1], "", from_, until_, note_};
      request.invite = true;
    } else if (action_ == "remove") {
      if (words_.size() != 1) return failure(ExitCode::usage, "Usage: ctl key remove NAME");
      request.remove = words_[0];
    } else if (action_ == "rotate") {
      auto pause = parse_duration(pause_);
      if (!pause) return failure(ExitCode::usage, fmt::format("--in: {}", pause.message()));
      request.rotate = *pause;
    }
    return request;
  }

  Outcome<int> show_invitation(const Session& session, const KeysReply& reply) const {
    const std::string place = at_.empty() ? reply.listen : at_;
    if (place.empty())
      return failure(ExitCode::no,
                     "nothing listens yet, so there is no place to come to: see "
                     "[remote] in muster.toml, or name it with --at HOST:PORT");
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    session.out.write(text_of(Invitation{place, endpoints->app, reply.server, reply.invitation}) +
                      '\n');
    tell(fmt::format("{} has 15 minutes to give this to `ctl join`, once", words_[0]));
    return status_done;
  }

  std::string told(const KeysReply& reply) const {
    if (action_ == "list") return json_ ? keys_json(reply) : keys_table(reply);
    if (action_ == "remove") return fmt::format("{} may come in no more\n", words_[0]);
    if (action_ == "rotate")
      return fmt::format(
          "From {} on the server's key is {}\nA ctl that comes in before then learns it by itself; "
          "other programs are to be told\n",
          format_utc(reply.next_from.value_or(WallTime{})), reply.next_server);
    const char* hint =
        reply.listen.empty() ? "Nothing listens yet: see [remote] in muster.toml\n" : "";
    return fmt::format("{} may come in ({}); the server's key is {}\n{}", words_[0], words_[1],
                       reply.server, hint);
  }

  static Outcome<int> show(Session& session, Outcome<CurvePair> pair) {
    if (!pair) return tl::unexpected(pair.error());
    session.out.write(key_text(pair->open) + '\n');
    // A script takes what is written as the key.
    if (session.out.is_terminal()) session.out.write("in words: " + key_words(pair->open) + '\n');
    return status_done;
  }

  Outcome<int> trust(const Session& session) const {
    if (words_.size() != 2) return failure(ExitCode::usage, "Usage: ctl key trust HOST:PORT KEY");
    const std::string name = words_[0].substr(0, words_[0].find(':'));
    auto trusted = trust_server(name.starts_with('[') ? "server" : name, words_[0], words_[1]);
    if (!trusted) return tl::unexpected(trusted.error());
    session.out.write(fmt::format("Over there the first line of `ctl key list` ends with: {}\n",
                                  words_of_key_text(words_[1])));
    return status_done;
  }

  std::string action_, at_, from_, until_, note_, pause_ = "7d";
  std::vector<std::string> words_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_key() { return std::make_unique<KeyVerb>(); }

}  // namespace muster
