#include "phone/source_address.h"

#include <unistd.h>

namespace call_agent::phone {

sa source_address_towards(const sa& remote) {
  sa local{};
  sa_set_str(&local, "127.0.0.1", 0);
  // Connecting a datagram socket sends nothing: the kernel only chooses the route.
  const int descriptor = socket(sa_af(&remote), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return local;
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  auto* const address = reinterpret_cast<sockaddr*>(&name);
  if (connect(descriptor, &remote.u.sa, remote.len) == 0 && getsockname(descriptor, address, &length) == 0) {
    sa_set_sa(&local, address);
    sa_set_port(&local, 0);
  }
  close(descriptor);
  return local;
}

}  // namespace call_agent::phone
