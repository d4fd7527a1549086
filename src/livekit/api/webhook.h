#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "livekit/api/rooms.h"
#include "livekit/api/token.h"

namespace call_agent::livekit::api {

/// livekit.WebhookEvent, as far as calls need it.
struct WebhookEvent {
  std::string id;
  std::string event;            ///< "room_started", "participant_left", …: LiveKit adds new ones.
  std::int64_t created_at = 0;  ///< Unix seconds.
  std::optional<Room> room;
  std::optional<Participant> participant;
};

/// The event of a POST (application/webhook+json), if it is LiveKit's: `authorization` is the header's value, a bare
/// token signed by `key` whose claim sha256 is base64(SHA-256(raw body)). `now` is in Unix seconds. Errors: kPermission
/// (not from the holder of the key, altered, or too old), kInvalidArgument (genuine but not an event).
Result<WebhookEvent> receive_webhook(std::string_view raw_body, std::string_view authorization, const ApiKey& key,
                                     std::int64_t now);

}  // namespace call_agent::livekit::api
