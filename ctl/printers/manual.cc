// See manual.h.
#include "ctl/printers/manual.h"

#include <fmt/format.h>
#include <vector>

#include "base/manual.h"
#include "ctl/verbs/verb.h"
#include "proto/version.h"

namespace muster {
namespace {

constexpr ManualRow exit_statuses[] = {
    {"0", "Done."},
    {"1", "The answer is no."},
    {"2", "The command line is wrong."},
    {"3", "No daemon runs."},
    {"4", "No answer in time, or not up in time."},
};

constexpr ManualRow examples_of_settings[] = {
    {"[web]", "listen = \"127.0.0.1:8080\": all web processes share one socket."},
    {"[worker]", "grace = \"2m\": a job may take so long to end."},
    {"[nightly]", "cron = \"30 4 * * *\": run at half past four, each night."},
};

constexpr ManualRow examples_of_journal[] = {
    {"ctl logs -n 100 --json", "Its last hundred lines and events, as objects."},
    {"ctl events", "What happened, without what was printed."},
};

}  // namespace

std::string manual_of_ctl() {
  std::string text = manual_head("ctl", 1, version, "steer a running musterd and read its logs");
  text += ".SH SYNOPSIS\n.B ctl\n.I VERB\n[\\-a\n.IR APP ]\n[\\fIOPTIONS\\fR]\n";
  text += manual_section("DESCRIPTION",
                         "The app is -a APP, else $MUSTER_APP, else the directory of the nearest "
                         "Procfile upward.");
  text += ".SH VERBS\n";
  std::vector<ManualRow> examples;
  for (auto& row : all_verbs()) {
    auto verb = row.make();
    Options options = head_of(row);
    verb->add_options(options);
    text += fmt::format(".SS {}\n.nf\n{}.fi\n", row.name, troff(options.help()));
    examples.push_back({row.example, row.summary});
  }
  text += manual_list("EXIT STATUS", exit_statuses);
  text += manual_places();
  text += manual_list("EXAMPLES", examples);
  text += manual_see_also("musterd(8), muster.toml(5), muster-journal(7)");
  return text;
}

std::string manual_of_settings() {
  std::string text = manual_head("muster.toml", 5, version, "settings of the processes of an app");
  text += ".SH DESCRIPTION\n" + manual_of_markdown(settings_document());
  text += manual_places();
  text += manual_list("EXAMPLES", examples_of_settings);
  text += manual_see_also("musterd(8), ctl(1)");
  return text;
}

std::string manual_of_journal() {
  std::string text = manual_head("muster-journal", 7, version, "what the log of an app is kept in");
  text += ".SH DESCRIPTION\n" + manual_of_markdown(journal_document());
  text += manual_places();
  text += manual_list("EXAMPLES", examples_of_journal);
  text += manual_see_also("musterd(8), ctl(1)");
  return text;
}

}  // namespace muster
