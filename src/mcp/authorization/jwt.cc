#include "mcp/authorization/jwt.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base64.h"
#include "mcp/authorization/members.h"

namespace call_agent::mcp {
namespace {

constexpr std::size_t kMostDepth = 16;

Result<Json> decode_part(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text || text->empty()) return fail(Errc::kPermission, "the token is malformed");
  auto json = parse_json(*text, kMostDepth);
  if (!json || !json->is_object()) return fail(Errc::kPermission, "the token is malformed");
  return json;
}

std::optional<JwtAlgorithm> algorithm_from(std::string_view name) {
  if (name == "RS256") return JwtAlgorithm::kRs256;
  if (name == "ES256") return JwtAlgorithm::kEs256;
  // RFC 9864 renames what RFC 8037 called EdDSA.
  if (name == "Ed25519" || name == "EdDSA") return JwtAlgorithm::kEd25519;
  return std::nullopt;
}

/// RFC 9068 has access tokens say what they are; many issuers say just JWT, or nothing. A logout token is neither.
bool is_access_type(std::string type) {
  std::ranges::transform(type, type.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  constexpr std::array<std::string_view, 3> kTypes{"jwt", "at+jwt", "application/at+jwt"};
  return std::ranges::find(kTypes, type) != kTypes.end();
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return fail(Errc::kPermission, "the token is malformed");
  const auto header = decode_part(token.substr(0, first));
  if (!header) return pass(header);
  const auto algorithm = algorithm_from(text_member(*header, "alg"));
  if (!algorithm) return fail(Errc::kPermission, "the token must be signed with RS256, ES256 or Ed25519");
  if (header->contains("typ") && !is_access_type(text_member(*header, "typ"))) {
    return fail(Errc::kPermission, "this kind of token gives no access");
  }
  if (header->contains("crit")) return fail(Errc::kPermission, "the token asks for an extension that is not known");
  const bool odd_key_id = header->contains("kid") && text_member(*header, "kid").empty();
  auto claims = decode_part(token.substr(first + 1, second - first - 1));
  auto signature = from_base64url(token.substr(second + 1));
  if (odd_key_id || !claims || !signature || signature->empty()) {
    return fail(Errc::kPermission, "the token is malformed");
  }
  return Jwt{.algorithm = *algorithm,
             .key_id = text_member(*header, "kid"),
             .signed_part = std::string(token.substr(0, second)),
             .signature = *std::move(signature),
             .claims = *std::move(claims)};
}

}  // namespace call_agent::mcp
