#include "livekit/api/webhook.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

#include "core/base64.h"
#include "livekit/api/proto_json.h"

namespace call_agent::livekit::api {

Result<WebhookEvent> receive_webhook(std::string_view raw_body, std::string_view authorization, const ApiKey& key,
                                     std::int64_t now) {
  const auto claims = verify_token(authorization, key, now);
  if (!claims) return pass(claims);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(raw_body.data()), raw_body.size(), digest.data());
  const std::string expected = base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
  const std::string claimed = text(*claims, "sha256");
  if (claimed.size() != expected.size() || CRYPTO_memcmp(claimed.data(), expected.data(), expected.size()) != 0) {
    return fail(Errc::kPermission, "webhook's body is not the one that was signed");
  }

  const auto message = parse_json(raw_body);
  if (!message) return fail(Errc::kInvalidArgument, "webhook: " + message.error().what);
  WebhookEvent event{
      .id = text(*message, "id"),
      .event = text(*message, "event"),
      .created_at = integer(*message, "created_at"),
  };
  if (event.event.empty()) return fail(Errc::kInvalidArgument, "webhook names no event");
  if (const Json& room = field(*message, "room"); room.is_object()) event.room = parse_room(room);
  if (const Json& who = field(*message, "participant"); who.is_object()) event.participant = parse_participant(who);
  return event;
}

}  // namespace call_agent::livekit::api
