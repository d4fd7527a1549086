#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/http.h"
#include "providers/openai/reply_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent;
  net::SseParser events;
  providers::openai::ReplyStream stream;
  for (const auto& event : events.push({reinterpret_cast<const char*>(data), size})) (void)stream.push(event.data);
  (void)stream.take();
  return 0;
}
