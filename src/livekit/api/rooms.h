#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "livekit/api/twirp.h"

namespace call_agent::livekit::api {

struct Room {
  std::string sid;
  std::string name;
  std::string metadata;
  std::chrono::seconds empty_timeout{0};      ///< How long it stays open if nobody joins.
  std::chrono::seconds departure_timeout{0};  ///< How long it stays open after everybody (agents apart) has left.
  int max_participants = 0;
  int num_participants = 0;
  std::int64_t created_ms = 0;  ///< Unix.
};
Room parse_room(const Json& message);

struct Participant {
  /// livekit.ParticipantInfo.State
  enum class State : std::uint8_t { kJoining, kJoined, kActive, kDisconnected };
  /// livekit.ParticipantInfo.Kind, by its numbers.
  enum class Kind : std::uint8_t {
    kStandard = 0,
    kIngress = 1,
    kEgress = 2,
    kSip = 3,
    kAgent = 4,
    kConnector = 7,
    kBridge = 8
  };
  std::string sid;
  std::string identity;
  std::string name;
  std::string metadata;
  State state = State::kJoining;
  Kind kind = Kind::kStandard;
  std::map<std::string, std::string> attributes;
  std::int64_t joined_at = 0;     ///< Unix seconds.
  std::string disconnect_reason;  ///< LiveKit's name, such as "USER_REJECTED"; empty while in the room.
};
Participant parse_participant(const Json& message);

/// livekit.RoomService. Names are checked first: kInvalidArgument.
class RoomService {
 public:
  explicit RoomService(TwirpClient& twirp) : twirp_(twirp) {}

  struct Create {
    std::string name;
    std::string metadata = {};
    std::chrono::seconds empty_timeout{0};      ///< 0: the server's default.
    std::chrono::seconds departure_timeout{0};  ///< 0: the server's default.
    int max_participants = 0;                   ///< 0: no limit.
  };
  /// An existing room of that name is returned as it is. Repeated if unavailable.
  awaitable<TwirpResult<Room>> create(Create request, Deadline deadline);

  /// Errors: kNotFound.
  awaitable<TwirpResult<Room>> get(std::string name, Deadline deadline);

  /// Removes everybody, which hangs up their calls. Errors: kNotFound. Repeated if unavailable: an attempt that did
  /// delete the room then reads as kNotFound.
  awaitable<TwirpResult<void>> remove(std::string name, Deadline deadline);

  /// Empty for a room that does not exist. Repeated if unavailable.
  awaitable<TwirpResult<std::vector<Participant>>> participants(std::string room, Deadline deadline);

  /// Hangs up on a SIP participant. Errors: kNotFound.
  awaitable<TwirpResult<void>> remove_participant(std::string room, std::string identity, Deadline deadline);

 private:
  TwirpClient& twirp_;
};

}  // namespace call_agent::livekit::api
