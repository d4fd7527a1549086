#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mcp/request_state.h"

/// Whatever a client sends for requestState: only what was sealed opens.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent;
  static mcp::StateSealer sealer;
  constexpr mcp::StateBinding kBinding{.principal = "ada", .method = "tools/call", .request = "{}"};
  static const std::string genuine = sealer.seal({{"round", 1}}, kBinding, 0).value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (sealer.open(text, kBinding, 0) && text != genuine) std::abort();
  // A piece of it put over the genuine one.
  std::string spliced = genuine;
  if (!text.empty()) spliced.replace(text.size() % genuine.size(), text.size(), text);
  if (sealer.open(spliced, kBinding, 0) && spliced != genuine) std::abort();
  return 0;
}
