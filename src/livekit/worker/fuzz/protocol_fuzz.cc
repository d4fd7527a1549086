#include <cstddef>
#include <cstdint>

#include "livekit/worker/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)call_agent::livekit::worker::parse_server_message({reinterpret_cast<const char*>(data), size});
  return 0;
}
