// See control_sockets.h. A client's id begins with the number of its socket.
#include "serve/control_sockets.h"

namespace muster {
namespace {

struct SocketPlace {
  std::string_view name;
  std::string (Endpoints::*endpoint)() const;
  Role role;
};

constexpr std::array<SocketPlace, 3> all_places = {{
    {"control", &Endpoints::control, Role::admin},
    {"operate", &Endpoints::operate, Role::operate},
    {"read", &Endpoints::read, Role::read},
}};

ClientId id_of(size_t socket, std::string_view client) {
  ClientId id(1, static_cast<char>('0' + socket));
  return id += client;
}

}  // namespace

Result<ControlSockets> ControlSockets::bind(Loop& loop, ZmqContext& context,
                                            const Endpoints& places, BytesUnderWay& under_way,
                                            const Receiver& receiver) {
  static_assert(all_places.size() == count);
  ControlSockets sockets;
  for (size_t i = 0; i < count; i++) {
    const SocketPlace& place = all_places[i];
    auto bound = ControlSocket::bind(
        loop, context, std::string(place.name), (places.*place.endpoint)(), under_way,
        {[i, role = place.role, on_request = receiver.on_request](
             const ClientId& client, Request request, std::string address, size_t bytes) {
           on_request({id_of(i, client), std::move(request), role, bytes, std::move(address)});
         },
         [i, waits = receiver.waits](const ClientId& client) { return waits(id_of(i, client)); },
         [i, on_lost = receiver.on_lost](const ClientId& client) { on_lost(id_of(i, client)); },
         receiver.is_front});
    if (!bound) return tl::unexpected(bound.error());
    sockets.sockets_[i] = std::move(*bound);
  }
  return sockets;
}

ControlSocket* ControlSockets::socket_of(const ClientId& client) {
  const size_t number = client.empty() ? count : static_cast<size_t>(client[0] - '0');
  return number < count ? sockets_[number].get() : nullptr;
}

bool ControlSockets::send(const ClientId& client, const Reply& reply) {
  ControlSocket* socket = socket_of(client);
  return socket && socket->send(client.substr(1), reply);
}

void ControlSockets::hold(const ClientId& client, ptrdiff_t bytes) {
  if (ControlSocket* socket = socket_of(client)) socket->hold(client.substr(1), bytes);
}

void ControlSockets::serve() {
  for (auto& socket : sockets_) socket->serve();
}

uint64_t ControlSockets::refused() const {
  uint64_t messages = 0;
  for (auto& socket : sockets_) messages += socket->refused();
  return messages;
}

void ControlSockets::look(
    const std::function<void(const Result<bool>&, std::string_view name)>& tell) {
  for (size_t i = 0; i < count; i++) tell(sockets_[i]->look(), all_places[i].name);
}

}  // namespace muster
