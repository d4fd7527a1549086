#include "mcp/authorization/claims.h"

#include <algorithm>
#include <optional>

#include "mcp/authorization/members.h"

namespace call_agent::mcp {
namespace {

constexpr double kNoDate = 1e15;
// What is not understood keeps out, whichever end of a token's life it should have been.
constexpr std::int64_t kLongPast = 0, kFarAhead = 1'000'000'000'000'000;

/// RFC 7519, 2: a number, perhaps with a fraction. `otherwise` where the claim is there and is no date.
std::optional<std::int64_t> seconds(const Json& claims, const char* name, std::int64_t otherwise) {
  const auto found = claims.find(name);
  if (found == claims.end()) return std::nullopt;
  const double value = found->is_number() ? found->get<double>() : kNoDate;
  // From there on a double no longer converts; no real date is.
  return value > -kNoDate && value < kNoDate ? static_cast<std::int64_t>(value) : otherwise;
}

bool is_for(const Json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  return found->is_array() ? std::ranges::find(*found, Json(audience)) != found->end() : *found == Json(audience);
}

std::vector<std::string> scopes_of(const Json& claims) {
  const auto listed = claims.find("scp");
  if (claims.contains("scope") || listed == claims.end()) return split_scopes(text_member(claims, "scope"));
  if (!listed->is_array()) return split_scopes(text_member(claims, "scp"));
  std::vector<std::string> scopes;
  for (const auto& each : *listed) {
    if (each.is_string()) scopes.push_back(each.get<std::string>());
  }
  return scopes;
}

}  // namespace

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) scopes.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

Result<Principal> principal_of(const Json& claims, const ClaimRules& rules, std::int64_t now) {
  if (text_member(claims, "iss") != rules.issuer) return fail(Errc::kPermission, "the token is of another issuer");
  if (!is_for(claims, rules.audience)) return fail(Errc::kPermission, "the token is for another resource");
  const auto expires = seconds(claims, "exp", kLongPast);
  if (!expires || *expires + kClockDifference <= now) return fail(Errc::kPermission, "the token has expired");
  const auto not_before = seconds(claims, "nbf", kFarAhead);
  if (not_before && *not_before - kClockDifference > now) return fail(Errc::kPermission, "the token is not valid yet");
  const auto subject = text_member(claims, "sub");
  if (subject.empty()) return fail(Errc::kPermission, "the token names no subject");
  return Principal{.id = rules.issuer + "|" + subject, .scopes = scopes_of(claims)};
}

}  // namespace call_agent::mcp
