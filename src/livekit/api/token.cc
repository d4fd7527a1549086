#include "livekit/api/token.h"

#include "core/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>

namespace call_agent::livekit::api {
namespace {

constexpr std::int64_t kClockDifference = 60;

std::string hmac_sha256(std::string_view text, std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

Json video_claims(const Grants& grants) {
  Json video = Json::object();
  if (grants.room_create) video["roomCreate"] = true;
  if (grants.room_list) video["roomList"] = true;
  if (grants.room_admin) video["roomAdmin"] = true;
  if (grants.room_join) video["roomJoin"] = true;
  if (grants.agent) video["agent"] = true;
  if (!grants.room.empty()) video["room"] = grants.room;
  return video;
}

Json sip_claims(const Grants& grants) {
  Json sip = Json::object();
  if (grants.sip_call) sip["call"] = true;
  if (grants.sip_admin) sip["admin"] = true;
  return sip;
}

std::optional<std::int64_t> seconds(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  // Beyond this a double no longer converts; no real date is.
  if (!(value > -1e15 && value < 1e15)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

Result<Json> decode(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return fail(Errc::kInvalidArgument, "not base64url");
  return parse_json(*text);
}

}  // namespace

Grants admin_of(const std::string& room) {
  return {.room_admin = true, .room = room};
}

std::string sign_hs256(std::string_view payload, std::string_view secret) {
  const std::string signed_part = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload);
  return signed_part + "." + base64url(hmac_sha256(signed_part, secret));
}

std::string sign_token(const TokenRequest& request, const ApiKey& key, std::int64_t now) {
  Json claims{{"iss", key.key}, {"nbf", now - kClockDifference}, {"exp", now + request.lifetime.count()}};
  if (!request.identity.empty()) claims["sub"] = request.identity;
  if (!request.name.empty()) claims["name"] = request.name;
  if (!request.metadata.empty()) claims["metadata"] = request.metadata;
  if (!request.attributes.empty()) claims["attributes"] = request.attributes;
  if (Json video = video_claims(request.grants); !video.empty()) claims["video"] = std::move(video);
  if (Json sip = sip_claims(request.grants); !sip.empty()) claims["sip"] = std::move(sip);
  return sign_hs256(dump_json(claims), key.secret);
}

Result<Json> verify_token(std::string_view token, const ApiKey& key, std::int64_t now) {
  const auto first = token.find('.');
  const auto second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return fail(Errc::kPermission, "token is malformed");

  const auto header = decode(token.substr(0, first));
  if (!header || !header->is_object()) return fail(Errc::kPermission, "token is malformed");
  if (header->value("alg", Json()) != Json("HS256")) return fail(Errc::kPermission, "token is not signed with HS256");
  const auto signature = from_base64url(token.substr(second + 1));
  const std::string expected = hmac_sha256(token.substr(0, second), key.secret);
  if (!signature || signature->size() != expected.size() ||
      CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
    return fail(Errc::kPermission, "token has a wrong signature");
  }

  auto claims = decode(token.substr(first + 1, second - first - 1));
  if (!claims || !claims->is_object()) return fail(Errc::kPermission, "token is malformed");
  if (claims->value("iss", Json()) != Json(key.key)) return fail(Errc::kPermission, "token is by another API key");
  const auto expires = seconds(*claims, "exp");
  if (!expires || *expires + kClockDifference < now) return fail(Errc::kPermission, "token has expired");
  const auto not_before = seconds(*claims, "nbf");
  if (not_before && *not_before - kClockDifference > now) return fail(Errc::kPermission, "token is not valid yet");
  return claims;
}

}  // namespace call_agent::livekit::api
