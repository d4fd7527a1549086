#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "core/json.h"
#include "livekit/api/token.h"

/// For tests of what is signed: a key, and a time that stands still.
namespace call_agent::livekit::api {

inline constexpr std::int64_t kNow = 1'800'000'000;
inline const ApiKey kKey{.key = "APIkey", .secret = "a secret of more than thirty-two characters"};

/// The Authorization of a webhook.
inline std::string sign_webhook(std::string_view body, std::int64_t expires = kNow + 60, const ApiKey& key = kKey) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  return sign_hs256(dump_json({{"iss", key.key},
                               {"exp", expires},
                               {"sha256", base64({reinterpret_cast<const char*>(digest.data()), digest.size()})}}),
                    key.secret);
}

}  // namespace call_agent::livekit::api
