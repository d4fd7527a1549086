#include "livekit/rtc/events.h"

#include <array>
#include <cstddef>
#include <utility>

#include "room.pb.h"

namespace call_agent::livekit::rtc {
namespace {

constexpr std::array<std::string_view, 17> kReasonNames{
    "unknown",       "client_initiated", "duplicate_identity", "server_shutdown",   "participant_removed",
    "room_deleted",  "state_mismatch",   "join_failure",       "migration",         "signal_close",
    "room_closed",   "user_unavailable", "user_rejected",      "sip_trunk_failure", "connection_timeout",
    "media_failure", "agent_error",
};
static_assert(kReasonNames.size() == static_cast<std::size_t>(DisconnectReason::kAgentError) + 1);

/// Both enumerations follow livekit.DisconnectReason; a number of a newer server is unknown to us.
DisconnectReason reason_of(proto::DisconnectReason reason) {
  const int number = reason;
  if (number < 0 || number > static_cast<int>(DisconnectReason::kAgentError)) return DisconnectReason::kUnknown;
  return static_cast<DisconnectReason>(number);
}

RoomEvent plain_event(RoomEvent::Kind kind, std::string identity = {}) {
  RoomEvent event;
  event.kind = kind;
  event.identity = std::move(identity);
  return event;
}

RoomUpdate data_update(const proto::DataPacketReceived& packet) {
  if (packet.has_sip_dtmf()) {
    auto event = plain_event(RoomEvent::Kind::kDtmf, packet.participant_identity());
    event.payload = packet.sip_dtmf().digit();
    return event;
  }
  if (!packet.has_user()) return std::monostate();
  const Handle owner(packet.user().data().handle().id());
  const auto& data = packet.user().data().data();
  auto event = plain_event(RoomEvent::Kind::kData, packet.participant_identity());
  if (data.data_len() > 0) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): how the library hands memory over
    event.payload.assign(reinterpret_cast<const char*>(data.data_ptr()), data.data_len());
  }
  event.topic = packet.user().topic();
  return event;
}

RoomUpdate attributes_update(const proto::ParticipantAttributesChanged& changed) {
  auto event = plain_event(RoomEvent::Kind::kAttributesChanged, changed.participant_identity());
  for (const auto& entry : changed.attributes()) event.attributes[entry.key()] = entry.value();
  return event;
}

RoomUpdate track_update(const proto::TrackSubscribed& subscribed) {
  const auto& info = subscribed.track().info();
  return RemoteTrack{subscribed.participant_identity(), info.sid(), info.kind() == proto::KIND_AUDIO,
                     Handle(subscribed.track().handle().id())};
}

}  // namespace

std::string_view to_string(DisconnectReason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return index < kReasonNames.size() ? kReasonNames[index] : kReasonNames[0];
}

RoomEvent joined_event(const proto::OwnedParticipant& participant) {
  const Handle unused(participant.handle().id());
  auto event = plain_event(RoomEvent::Kind::kParticipantJoined, participant.info().identity());
  event.sip = participant.info().kind() == proto::PARTICIPANT_KIND_SIP;
  for (const auto& [key, value] : participant.info().attributes()) event.attributes[key] = value;
  return event;
}

RemotePublication remote_publication(std::string identity, const proto::OwnedTrackPublication& publication) {
  return {std::move(identity), publication.info().kind() == proto::KIND_AUDIO, Handle(publication.handle().id())};
}

RoomUpdate translate(const proto::RoomEvent& event) {
  using Kind = RoomEvent::Kind;
  switch (event.message_case()) {
    case proto::RoomEvent::kParticipantConnected:
      return joined_event(event.participant_connected().info());
    case proto::RoomEvent::kParticipantDisconnected: {
      auto left = plain_event(Kind::kParticipantLeft, event.participant_disconnected().participant_identity());
      left.reason = reason_of(event.participant_disconnected().disconnect_reason());
      return left;
    }
    case proto::RoomEvent::kTrackPublished:
      return remote_publication(event.track_published().participant_identity(), event.track_published().publication());
    case proto::RoomEvent::kTrackSubscribed:
      return track_update(event.track_subscribed());
    case proto::RoomEvent::kTrackUnsubscribed:
      return RemoteTrackGone{event.track_unsubscribed().participant_identity(), event.track_unsubscribed().track_sid()};
    case proto::RoomEvent::kParticipantAttributesChanged:
      return attributes_update(event.participant_attributes_changed());
    case proto::RoomEvent::kDataPacketReceived:
      return data_update(event.data_packet_received());
    case proto::RoomEvent::kReconnecting:
      return plain_event(Kind::kReconnecting);
    case proto::RoomEvent::kReconnected:
      return plain_event(Kind::kReconnected);
    case proto::RoomEvent::kDisconnected: {
      auto gone = plain_event(Kind::kDisconnected);
      gone.reason = reason_of(event.disconnected().reason());
      return gone;
    }
    case proto::RoomEvent::kEos:
      return EndOfEvents();
    // Streams and data tracks are no business of a telephone call; what they own must still be given back.
    case proto::RoomEvent::kByteStreamOpened:
      drop_ffi_handle(event.byte_stream_opened().reader().handle().id());
      return std::monostate();
    case proto::RoomEvent::kTextStreamOpened:
      drop_ffi_handle(event.text_stream_opened().reader().handle().id());
      return std::monostate();
    case proto::RoomEvent::kDataTrackPublished:
      drop_ffi_handle(event.data_track_published().track().handle().id());
      return std::monostate();
    default:
      return std::monostate();
  }
}

}  // namespace call_agent::livekit::rtc
