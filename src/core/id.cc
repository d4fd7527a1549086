#include "core/id.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace call_agent {

std::string random_hex(std::size_t bytes) {
  std::vector<std::uint8_t> raw(bytes);
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t n = getrandom(raw.data() + have, bytes - have, 0);
    if (n < 0) std::abort();  // Only a kernel without getrandom: no id would be safe.
    have += static_cast<std::size_t>(n);
  }
  std::string hex;
  hex.reserve(2 * bytes);
  for (const auto byte : raw) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  return hex;
}

std::string new_id(std::string_view prefix) {
  return fmt::format("{}_{}", prefix, random_hex(16));
}

}  // namespace call_agent
