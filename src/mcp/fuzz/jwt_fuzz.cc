#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mcp/authorization/claims.h"
#include "mcp/authorization/key_set.h"

namespace {

// RFC 7515 (A.3) and RFC 8037 (A.2): nobody who fuzzes has their private keys.
constexpr std::string_view kKeys = R"({"keys":[
  {"kty":"EC","crv":"P-256","kid":"e","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
   "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
  {"kty":"OKP","crv":"Ed25519","kid":"d","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

}  // namespace

/// Whatever comes as a token is taken apart or refused; a good signature can only be one that was made for the seeds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent::mcp;
  static const KeySet keys = KeySet::parse(kKeys).value();
  const std::string_view token(reinterpret_cast<const char*>(data), size);
  const auto jwt = parse_jwt(token);
  if (!jwt) return 0;
  if (jwt->signed_part.size() + 1 >= token.size() || !token.starts_with(jwt->signed_part)) std::abort();
  const auto principal = principal_of(jwt->claims, {.issuer = "https://id.example", .audience = "a"}, 1'800'000'000);
  if (principal && !principal->id.starts_with("https://id.example|")) std::abort();
  (void)keys.verify(*jwt);
  return 0;
}
