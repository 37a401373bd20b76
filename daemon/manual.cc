// See manual.h.
#include "daemon/manual.h"

#include <fmt/format.h>

#include "base/manual.h"
#include "daemon/options.h"
#include "proto/version.h"

namespace muster {
namespace {

constexpr ManualRow signals[] = {
    {"SIGTERM, SIGINT, SIGQUIT",
     "End the app in order: each process is asked to end, and ended after its grace. A second one, "
     "half a second later, ends it at once."},
    {"SIGHUP",
     "Reads the app's files again, as ctl reload does, where the daemon is in the background."},
};

constexpr ManualRow of_processes[] = {
    {"PORT, PS, DYNO", "Each process has a port of its own, and its name: web.1."},
    {"PYTHONUNBUFFERED", "1, unless the app says otherwise."},
    {"LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES",
     "Of a type with listen: the shared socket is descriptor 3, as systemd has it."},
    {"NOTIFY_SOCKET, WATCHDOG_USEC", "Of a type that tells when it is ready, or that it is well."},
};

constexpr ManualRow examples[] = {
    {"musterd", "The app of this directory, in the foreground; Ctrl-C ends it."},
    {"musterd -d /srv/shop", "In the background."},
    {"musterd -d --app shop", "The app shop again, with the code and formation that it had."},
    {"musterd -m web=2,worker=1 -p 8000", "With this formation, on ports from 8000 on."},
    {"musterd --exit-on test", "In CI: the app ends with the tests, and with their status."},
    {"musterd --format json", "In a container whose output is collected: an object a line."},
    {"musterd -f Procfile.dev -e dev.env", "With other files."},
};

}  // namespace

std::string manual_of_daemon() {
  std::string text = manual_head("musterd", 8, version, "run the processes of an app");
  text += ".SH SYNOPSIS\n.B musterd\n[\\fIOPTIONS\\fR] [\\fIDIRECTORY\\fR]\n";
  text += manual_section(
      "DESCRIPTION",
      "musterd starts the process types of the Procfile of a directory, keeps them running in the "
      "formation that was last wished for, and routes every line that they print into a journal. "
      "It is steered by ctl(1), from any terminal.\n\nIt is two processes: a keeper, which is what "
      "was started, and a supervisor. If either dies, the other one starts it again, and nothing "
      "that runs notices.");
  text += fmt::format(".SH OPTIONS\n.nf\n{}.fi\n", troff(daemon_help()));
  text += manual_list("SIGNALS", signals);
  text += manual_places();
  text += manual_list("ENVIRONMENT OF THE PROCESSES", of_processes);
  text += manual_section("EXIT STATUS",
                         "0 when the app has ended in order, 1 when it cannot start, 2 for wrong "
                         "usage. With --exit-on TYPE that of the process with which the app has "
                         "ended: 128 and its number for a signal, 127 for a program that is not "
                         "there, 255 where it is not known.");
  text += manual_list("EXAMPLES", examples);
  text += manual_see_also("ctl(1), muster.toml(5), muster-journal(7)");
  return text;
}

}  // namespace muster
