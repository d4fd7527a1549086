#include <cstddef>
#include <cstdint>

#include "livekit/worker/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(call_agent::livekit::worker::parse_server_message({reinterpret_cast<const char*>(data), size}));
  return 0;
}
