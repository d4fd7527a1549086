#pragma once

#include <cstdint>
#include <string>

#include "core/json.h"
#include "core/result.h"
#include "mcp/principal.h"

namespace call_agent::mcp {

/// What an access token must say to be one for us.
struct ClaimRules {
  std::string issuer;
  std::string audience;  ///< This resource: a token for another one is that one's, whoever brings it (RFC 8707).
};

/// Clocks may differ by so many seconds.
inline constexpr std::int64_t kClockDifference = 60;

/// Whom the claims of a verified token speak for: "issuer|subject", since a subject is unique to its issuer only.
/// Scopes are those of `scope` (RFC 9068) or, as some issuers have it, `scp`. `now` is in seconds since 1970. Pure.
/// Errors: kPermission, saying which claim is wrong and not what it says.
Result<Principal> principal_of(const Json& claims, const ClaimRules& rules, std::int64_t now);

/// Words between spaces.
std::vector<std::string> split_scopes(std::string_view text);

}  // namespace call_agent::mcp
