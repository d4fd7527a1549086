#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

/// LiveKit's access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 by the API secret.
namespace call_agent::livekit::api {

/// What a token allows. Each call asks for just what it needs; false and empty fields are left out.
struct Grants {
  bool room_create = false;  ///< Create and delete rooms.
  bool room_list = false;
  bool room_admin = false;  ///< Of `room`: participants, dispatches.
  bool room_join = false;   ///< `room`.
  bool agent = false;       ///< Register as an agent worker.
  bool sip_call = false;    ///< Dial and transfer.
  bool sip_admin = false;   ///< Trunks.
  std::string room;
};

/// To manage one room, and nothing else.
Grants admin_of(const std::string& room);

/// A key of the LiveKit project. The secret never appears in a log or message.
struct ApiKey {
  std::string key;
  std::string secret;
};

struct TokenRequest {
  Grants grants;
  std::string identity;  ///< Of a participant who joins; else empty.
  std::string name;
  std::string metadata;
  std::map<std::string, std::string> attributes;
  std::chrono::seconds lifetime{600};
};

/// A signed token, valid from a minute before `now` (Unix seconds), so that clocks may differ.
std::string sign_token(const TokenRequest& request, const ApiKey& key, std::int64_t now);

/// The claims of a token signed by `key`. Only HS256 is accepted, whatever the token's own header says; a minute of
/// clock difference is forgiven. Errors: kPermission, with the reason: malformed, another algorithm, key or signature,
/// expired or not yet valid.
Result<Json> verify_token(std::string_view token, const ApiKey& key, std::int64_t now);

/// header.payload.signature over a payload given as JSON text.
std::string sign_hs256(std::string_view payload, std::string_view secret);

}  // namespace call_agent::livekit::api
