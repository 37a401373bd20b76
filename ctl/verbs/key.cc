// ctl key: the user's own key, the servers that are known, and the keys that the app's daemon lets
// in, which keeps their list.
#include <fmt/format.h>

#include "ctl/printers/keys.h"
#include "ctl/remote/curve.h"
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
        "ctl key remove NAME            lets it in no more, and ends what it has under way");
    options.text("ACTION", action_, "new, show, trust, list, add or remove")
        .one_of({"new", "show", "trust", "list", "add", "remove"})
        .required();
    options.texts("WORD", words_, "What the action is about");
    options.text("--from", from_, "For add: only from there, as 10.0.0.0/8").shown_as("ADDRESS");
    options.text("--until", until_, "For add: up to that day, as 2027-01-31").shown_as("DATE");
    options.text("--note", note_, "For add: a line about it").shown_as("TEXT");
    options.flag("--json", json_, "For list: an object instead of the table");
  }

  Outcome<int> run(Session& session) override {
    if (action_ == "new") return show(session, make_own_key());
    if (action_ == "show") return show(session, read_own_key());
    if (action_ == "trust") return trust();
    KeyRequest request;
    constexpr size_t words_of_add = 3;
    if (action_ == "add") {
      if (words_.size() != words_of_add)
        return failure(ExitCode::usage, "Usage: ctl key add NAME ROLE KEY");
      request = {words_[0], "", words_[1], words_[2], from_, until_, note_};
    } else if (action_ == "remove") {
      if (words_.size() != 1) return failure(ExitCode::usage, "Usage: ctl key remove NAME");
      request.remove = words_[0];
    }
    auto reply = ask<KeysReply>(session, request, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    if (action_ == "list") {
      session.out.write(json_ ? keys_json(*reply) : keys_table(*reply));
    } else if (action_ == "add") {
      session.out.write(fmt::format("{} may come in ({}); the server's key is {}\n", words_[0],
                                    words_[1], reply->server));
      if (reply->listen.empty())
        session.out.write("Nothing listens yet: see [remote] in muster.toml\n");
    } else {
      session.out.write(fmt::format("{} may come in no more\n", words_[0]));
    }
    return status_done;
  }

 private:
  static Outcome<int> show(Session& session, Outcome<CurvePair> pair) {
    if (!pair) return tl::unexpected(pair.error());
    session.out.write(key_text(pair->open) + '\n');
    return status_done;
  }

  Outcome<int> trust() const {
    if (words_.size() != 2) return failure(ExitCode::usage, "Usage: ctl key trust HOST:PORT KEY");
    const std::string name = words_[0].substr(0, words_[0].find(':'));
    auto trusted = trust_server(name.starts_with('[') ? "server" : name, words_[0], words_[1]);
    if (!trusted) return tl::unexpected(trusted.error());
    return status_done;
  }

  std::string action_, from_, until_, note_;
  std::vector<std::string> words_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_key() { return std::make_unique<KeyVerb>(); }

}  // namespace muster
