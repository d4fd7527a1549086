#pragma once

#include <string>
#include <variant>

#include "livekit/rtc/handle.h"
#include "livekit/rtc/media_session.h"

namespace livekit::proto {
class OwnedParticipant;
class OwnedTrackPublication;
class RoomEvent;
}  // namespace livekit::proto

namespace call_agent::livekit::rtc {

/// A participant offers a track; it is heard once subscribed to.
struct RemotePublication {
  std::string identity;
  bool audio = false;
  Handle publication;
};
/// A track subscribed to is here.
struct RemoteTrack {
  std::string identity;
  std::string sid;
  bool audio = false;
  Handle track;
};
struct RemoteTrackGone {
  std::string identity;
  std::string sid;
};
/// No room event will follow.
struct EndOfEvents {};

/// What one event of the library means to a session; monostate: nothing. A RoomEvent has `sip` set only when joined,
/// the session knows it for the others.
using RoomUpdate =
    std::variant<std::monostate, RoomEvent, RemotePublication, RemoteTrack, RemoteTrackGone, EndOfEvents>;

/// Takes over every handle in `event` and copies the data it points to. Any thread.
RoomUpdate translate(const proto::RoomEvent& event);

RoomEvent joined_event(const proto::OwnedParticipant& participant);
RemotePublication remote_publication(std::string identity, const proto::OwnedTrackPublication& publication);

}  // namespace call_agent::livekit::rtc
