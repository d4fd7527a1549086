#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mcp/authorization/key_set.h"

/// Whatever an issuer answers is a bounded set of keys or refused; none of them has signed a made-up token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent::mcp;
  const auto keys = KeySet::parse({reinterpret_cast<const char*>(data), size});
  if (!keys) return 0;
  if (keys->size() > KeySet::kMostKeys) std::abort();
  for (const auto algorithm : {JwtAlgorithm::kRs256, JwtAlgorithm::kEs256, JwtAlgorithm::kEd25519}) {
    const Jwt jwt{.algorithm = algorithm,
                  .key_id = {},
                  .signed_part = "e30.e30",
                  .signature = std::string(algorithm == JwtAlgorithm::kRs256 ? 256 : 64, '\x01'),
                  .claims = {}};
    if (keys->verify(jwt) == KeySet::Verdict::kGood) std::abort();
  }
  return 0;
}
