// ctl config: the config vars of the app, which the daemon keeps: shows, gets, sets and unsets
// them.
#include <fmt/format.h>

#include "ctl/config_values.h"
#include "ctl/patience.h"
#include "ctl/printers/config.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class ConfigVerb : public Verb {
 public:
  void add_options(Options& options) override {
    options.footer(
        "\nctl config              all of them\n"
        "ctl config get K        the value of one\n"
        "ctl config set K=V...   sets some: one release, and what runs is restarted with it;\n"
        "                        K=- reads the value from stdin, K=@FILE from a file, so that\n"
        "                        it is in no list of processes; K=@@V is a value that begins so\n"
        "ctl config unset K...   takes some away, likewise");
    options.text("ACTION", action_, "get, set or unset; none shows all")
        .one_of({"get", "set", "unset"});
    options.texts("VAR", words_, "K, or K=V to set it");
    options.text("--from-env-file", file_, "For set: lines of KEY=VALUE, as in .env; - is stdin")
        .shown_as("FILE");
    const Option json = options.flag("--json", json_, "An object instead of the table");
    options.flag("-s,--shell", shell_, "Lines of KEY=VALUE that a shell can read").excludes(json);
    add_patience(options, patience_);
  }

  Outcome<int> run(Session& session) override {
    if (action_ == "set" || action_ == "unset") return change(session);
    auto reply = ask<ConfigReply>(session, ConfigRequest{}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    if (reply->hidden && (action_ == "get" || json_ || shell_))
      return failure(ExitCode::no,
                     "you may see the names of the config vars, and not their values");
    if (action_ == "get") return get(session, reply->vars);
    if (reply->hidden)
      for (auto& [name, value] : reply->vars) value = "(hidden)";
    auto app = find_endpoints(session);
    if (!app) return tl::unexpected(app.error());
    session.out.write(json_    ? config_json(reply->vars)
                      : shell_ ? config_shell(reply->vars)
                               : config_table(app->app, reply->vars));
    return status_done;
  }

 private:
  Outcome<int> get(Session& session, const std::map<std::string, std::string>& vars) const {
    if (words_.size() != 1) return failure(ExitCode::usage, "Usage: ctl config get KEY");
    const auto var = vars.find(words_.front());
    if (var == vars.end())
      return failure(ExitCode::no, fmt::format("there is no config var {}", words_.front()));
    session.out.write(var->second + "\n");
    return status_done;
  }

  Outcome<int> change(Session& session) const {
    ConfigRequest request;
    const bool set = action_ == "set";
    if (words_.empty() && (!set || file_.empty()))
      return failure(ExitCode::usage,
                     set ? "Usage: ctl config set KEY=VALUE..." : "Usage: ctl config unset KEY...");
    ConfigValues values;
    if (set && !file_.empty())
      if (auto taken = take_config_file(file_, values); !taken)
        return failure(ExitCode::usage, taken.message());
    if (!set) request.unset = words_;
    for (auto& word : set ? words_ : std::vector<std::string>())
      if (auto taken = take_config_word(word, values); !taken)
        return failure(ExitCode::usage, taken.message());
    request.set = values.vars;
    return carry_out(session, request, values);
  }

  Outcome<int> carry_out(Session& session, ConfigRequest request, ConfigValues values) const {
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    const std::string what = request.unset.empty() ? "Setting config vars" : unsetting(request);
    const std::string head = fmt::format("{} and restarting {}... ", what, endpoints->app);
    session.out.write(head);
    session.out.flush();
    request.wait = patience_.wait();
    const auto count = [&, begun = read_clocks().mono] { return count_up(session, {}, begun); };
    auto reply = ask_patiently<ReleasedReply>(session, request, patience_, {head, true, count});
    session.out.write(!reply             ? "failed\n"
                      : reply->unchanged ? "nothing to change\n"
                                         : fmt::format("done, v{}\n", reply->version));
    if (!reply) return tl::unexpected(reply.error());
    // A value that was kept off the command line is kept off the screen as well.
    for (auto& [name, place] : values.hidden) values.vars[name] = "(from " + place + ")";
    session.out.write(config_lines(values.vars));
    return status_done;
  }

  static std::string unsetting(const ConfigRequest& request) {
    std::string names;
    for (auto& name : request.unset) names += (names.empty() ? "" : ", ") + name;
    return "Unsetting " + names;
  }

  std::string action_, file_;
  std::vector<std::string> words_;
  bool json_ = false, shell_ = false;
  Patience patience_;
};

}  // namespace

std::unique_ptr<Verb> make_config() { return std::make_unique<ConfigVerb>(); }

}  // namespace muster
