#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

namespace call_agent::mcp {

/// What a token may be signed with. Each belongs to one kind of key, and none is symmetric: nobody can pass off a
/// public key as a shared secret.
enum class JwtAlgorithm : std::uint8_t { kRs256, kEs256, kEd25519 };

/// A signed JSON Web Token, taken apart and not believed yet (RFC 7515, RFC 7519).
struct Jwt {
  JwtAlgorithm algorithm{};
  std::string key_id;       ///< Empty if it names none.
  std::string signed_part;  ///< What the signature covers.
  std::string signature;    ///< Bytes.
  Json claims;              ///< An object.
};

/// Errors: kPermission, without a word of the token: malformed, an algorithm other than those above ("none" among
/// them), a kind of token that is not for access, or an extension it says must be understood. Keys and addresses of
/// keys a token brings along are not looked at.
Result<Jwt> parse_jwt(std::string_view token);

}  // namespace call_agent::mcp
