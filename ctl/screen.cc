// See screen.h.
#include "ctl/screen.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <algorithm>
#include <iterator>

namespace muster {
namespace {

constexpr std::string_view begin_screen = "\x1b[?1049h\x1b[?25l";  // another page, no cursor
constexpr std::string_view end_screen = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view top_left = "\x1b[H", clear_to_end = "\x1b[K", clear_below = "\x1b[J";
constexpr char ctrl_c = 3;

}  // namespace

Screen::Screen(Output& out) : out_(out), signals_(take_over_signals()) {
  terminal_.begin();
  out_.write_controls(begin_screen);
}

Screen::~Screen() {
  out_.write_controls(end_screen);
  out_.flush();
}

void Screen::draw(const std::string& lines) {
  const auto [rows, columns] = RawTerminal::size();
  out_.write_controls(top_left);
  size_t row = 0;
  for (size_t at = 0; at < lines.size() && row < rows; ++row) {
    const size_t end = std::min(lines.find('\n', at), lines.size());
    if (row > 0) out_.write_controls("\r\n");
    out_.write(std::string_view(lines).substr(at, std::min(end - at, columns)));
    out_.write_controls(clear_to_end);
    at = end + 1;
  }
  if (row < rows) out_.write_controls(clear_below);
  out_.flush();
}

Screen::Event Screen::wait(Nanos time) {
  pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  const auto wait_ms = static_cast<int>(time / 1ms);
  if (::poll(fds, std::size(fds), wait_ms) <= 0) return Event::none;
  signalfd_siginfo info{};
  if (fds[1].revents && ::read(signals_.get(), &info, sizeof info) == sizeof info)
    return info.ssi_signo == SIGWINCH ? Event::resized : Event::ended;
  if (!fds[0].revents) return Event::none;
  if (::read(STDIN_FILENO, &key_, 1) != 1 || key_ == ctrl_c) return Event::ended;
  return Event::key;
}

}  // namespace muster
