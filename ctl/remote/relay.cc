// See relay.h. A frame is a byte that says its kind, four bytes with the length of the rest, most
// significant first, and the rest: four bytes that number the connection, and
//
//     O  a name      a connection has been made to it
//     D  bytes       of the connection
//     T  four bytes  so many bytes have been taken, and there is room for as many again
//     C              it is over
#include "ctl/remote/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>

namespace muster {
namespace {

constexpr std::string_view greeting = "muster-serve 1\n";
constexpr size_t most_before_greeting = 64 << 10;  // of a shell's start files
constexpr size_t number_size = 4, head_size = 1 + number_size;
constexpr size_t chunk = 32 << 10;
// A frame of ours is a chunk and its number.
constexpr size_t longest_rest = chunk + number_size;
constexpr size_t room = 256 << 10;  // of each connection, at each side
// Beyond it nothing more is read from connections.
constexpr size_t most_to_write = 1 << 20;
// A ctl has a handful; the rest is for commands that run at the same time.
constexpr size_t most_channels = 128;

void append_number(std::string& text, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
}

uint32_t number_at(std::string_view text) {
  uint32_t number = 0;
  for (size_t i = 0; i < number_size; i++)
    number = number << 8 | static_cast<unsigned char>(text[i]);
  return number;
}

void make_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

int milliseconds(Nanos time) {
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

bool is_passing(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

}  // namespace

Relay::Relay(UniqueFd in, UniqueFd out, Open open)
    : in_(std::move(in)), out_(std::move(out)), open_(std::move(open)) {
  make_nonblocking(in_.get());
  make_nonblocking(out_.get());
}

void Relay::listen(UniqueFd listener, std::string name) {
  make_nonblocking(listener.get());
  listeners_.push_back({std::move(listener), std::move(name)});
}

void Relay::greet() { to_write_ += greeting; }

bool Relay::is_greeted(Nanos patience) {
  const MonoTime deadline = read_clocks().mono + patience;
  for (;;) {
    if (const size_t at = read_.find(greeting); at != std::string::npos) {
      read_.erase(0, at + greeting.size());
      return true;
    }
    const Nanos left = deadline - read_clocks().mono;
    if (left <= Nanos(0) || read_.size() > most_before_greeting) return false;
    pollfd wanted{in_.get(), POLLIN, 0};
    if (::poll(&wanted, 1, milliseconds(left)) > 0 && !read_frames()) return false;
  }
}

void Relay::run(std::optional<Nanos> idle) {
  MonoTime used = read_clocks().mono;
  while (take_frames()) {
    sweep();
    const MonoTime now = read_clocks().mono;
    if (!channels_.empty()) used = now;
    if (idle && now - used >= *idle) return;
    if (!step(idle ? std::optional(*idle - (now - used)) : std::nullopt)) return;
  }
}

// Waits for whatever can be done, and does it; false: the other side has gone.
bool Relay::step(std::optional<Nanos> wait) {
  const bool has_room = to_write_.size() < most_to_write;
  std::vector<pollfd> wanted = {{in_.get(), POLLIN, 0},
                                {to_write_.empty() ? -1 : out_.get(), POLLOUT, 0}};
  for (auto& listener : listeners_) wanted.push_back({listener.fd.get(), POLLIN, 0});
  std::vector<uint32_t> ids;
  for (auto& [id, channel] : channels_) {
    const bool reads = channel.may_send > 0 && has_room && !channel.is_closing;
    const auto events = (reads ? POLLIN : 0) | (channel.waiting.empty() ? 0 : POLLOUT);
    wanted.push_back({events ? channel.fd.get() : -1, static_cast<short>(events), 0});
    ids.push_back(id);
  }
  if (::poll(wanted.data(), wanted.size(), wait ? milliseconds(*wait) : -1) < 0)
    return errno == EINTR;
  if (wanted[0].revents && !read_frames()) return false;
  if (wanted[1].revents && !write_out()) return false;
  size_t at = 2;
  for (auto& listener : listeners_)
    if (wanted[at++].revents) accept_from(listener);
  for (const uint32_t id : ids) {
    const auto& seen = wanted[at++];
    if (seen.revents & POLLOUT) write_to(id, channels_.at(id));
    if (seen.revents & (POLLIN | POLLHUP | POLLERR) && (seen.events & POLLIN))
      read_from(id, channels_.at(id));
    else if (seen.revents & (POLLHUP | POLLERR))
      end(id);
  }
  return true;
}

bool Relay::read_frames() {
  std::array<char, chunk> part;
  const ssize_t size = ::read(in_.get(), part.data(), part.size());
  if (is_passing(size)) return true;
  if (size <= 0) return false;
  read_.append(part.data(), static_cast<size_t>(size));
  return true;
}

// Takes the whole ones; false: they are none of ours.
bool Relay::take_frames() {
  size_t at = 0;
  while (read_.size() - at >= head_size) {
    const std::string_view left = std::string_view(read_).substr(at);
    const size_t size = number_at(left.substr(1));
    if (size < number_size || size > longest_rest) return false;
    if (left.size() < head_size + size) break;
    const std::string_view rest = left.substr(head_size, size);
    take(static_cast<Kind>(left.front()), number_at(rest), rest.substr(number_size));
    at += head_size + size;
  }
  read_.erase(0, at);
  return true;
}

// A frame of a connection that has just ended here is late, and means nothing.
void Relay::take(Kind kind, uint32_t id, std::string_view rest) {
  const auto found = channels_.find(id);
  if (kind == Kind::open && found == channels_.end()) {
    UniqueFd fd = open_ && channels_.size() < most_channels ? open_(rest) : UniqueFd();
    if (!fd) return send(Kind::close, id);
    make_nonblocking(fd.get());
    channels_[id] = {std::move(fd), {}, room};
    return;
  }
  if (found == channels_.end()) return;
  Channel& channel = found->second;
  if (kind == Kind::data && channel.waiting.size() + rest.size() <= room) {
    channel.waiting += rest;
  } else if (kind == Kind::taken && rest.size() == number_size) {
    channel.may_send = std::min(channel.may_send + number_at(rest), room);
  } else if (kind == Kind::close) {
    channel.is_closing = true;
    if (channel.waiting.empty()) ended_.push_back(id);
  } else {
    end(id);
  }
}

bool Relay::write_out() {
  const ssize_t size = ::write(out_.get(), to_write_.data(), to_write_.size());
  if (size < 0) return is_passing(size);
  to_write_.erase(0, static_cast<size_t>(size));
  return true;
}

void Relay::accept_from(const Listener& listener) {
  UniqueFd fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd || channels_.size() >= most_channels) return;
  const uint32_t id = ++last_id_;
  channels_[id] = {std::move(fd), {}, room};
  send(Kind::open, id, listener.name);
}

void Relay::read_from(uint32_t id, Channel& channel) {
  std::array<char, chunk> part;
  const ssize_t size =
      ::read(channel.fd.get(), part.data(), std::min(part.size(), channel.may_send));
  if (is_passing(size)) return;
  if (size <= 0) {
    end(id);
    return;
  }
  channel.may_send -= static_cast<size_t>(size);
  send(Kind::data, id, {part.data(), static_cast<size_t>(size)});
}

void Relay::write_to(uint32_t id, Channel& channel) {
  const ssize_t size =
      ::send(channel.fd.get(), channel.waiting.data(), channel.waiting.size(), MSG_NOSIGNAL);
  if (is_passing(size)) return;
  if (size < 0) {
    end(id);
    return;
  }
  channel.waiting.erase(0, static_cast<size_t>(size));
  std::string taken;
  append_number(taken, static_cast<uint32_t>(size));
  send(Kind::taken, id, taken);
  if (channel.waiting.empty() && channel.is_closing) ended_.push_back(id);
}

void Relay::send(Kind kind, uint32_t id, std::string_view rest) {
  to_write_ += static_cast<char>(kind);
  append_number(to_write_, static_cast<uint32_t>(rest.size() + number_size));
  append_number(to_write_, id);
  to_write_ += rest;
}

void Relay::end(uint32_t id) {
  send(Kind::close, id);
  ended_.push_back(id);
}

void Relay::sweep() {
  for (const uint32_t id : ended_) channels_.erase(id);
  ended_.clear();
}

}  // namespace muster
