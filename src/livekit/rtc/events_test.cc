#include "livekit/rtc/events.h"

#include <gtest/gtest.h>

#include <string>

#include "room.pb.h"

namespace call_agent::livekit::rtc {
namespace {

using Kind = RoomEvent::Kind;

void fill(proto::OwnedParticipant& owned, const std::string& identity, proto::ParticipantKind kind) {
  owned.mutable_handle()->set_id(7);
  auto& info = *owned.mutable_info();
  info.set_identity(identity);
  info.set_kind(kind);
  (*info.mutable_attributes())["sip.callStatus"] = "ringing";
}

RoomEvent event_of(const proto::RoomEvent& event) {
  return std::get<RoomEvent>(translate(event));
}

TEST(Events, AJoinedTelephoneIsKnownAsOneAndBringsItsAttributes) {
  proto::RoomEvent event;
  fill(*event.mutable_participant_connected()->mutable_info(), "callee", proto::PARTICIPANT_KIND_SIP);
  const auto joined = event_of(event);
  EXPECT_EQ(joined.kind, Kind::kParticipantJoined);
  EXPECT_EQ(joined.identity, "callee");
  EXPECT_TRUE(joined.sip);
  EXPECT_EQ(joined.attributes.at("sip.callStatus"), "ringing");

  fill(*event.mutable_participant_connected()->mutable_info(), "agent", proto::PARTICIPANT_KIND_AGENT);
  EXPECT_FALSE(event_of(event).sip);
}

TEST(Events, EveryReasonOfLiveKitHasOurName) {
  for (int reason = 0; reason <= 16; ++reason) {
    proto::RoomEvent event;
    event.mutable_participant_disconnected()->set_participant_identity("callee");
    event.mutable_participant_disconnected()->set_disconnect_reason(static_cast<proto::DisconnectReason>(reason));
    const auto left = event_of(event);
    EXPECT_EQ(left.kind, Kind::kParticipantLeft);
    EXPECT_EQ(static_cast<int>(left.reason), reason);
    // USER_REJECTED and user_rejected: the same words.
    std::string name = proto::DisconnectReason_Name(static_cast<proto::DisconnectReason>(reason));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (reason > 0) EXPECT_EQ(to_string(left.reason), name);
  }
  EXPECT_EQ(to_string(DisconnectReason::kUnknown), "unknown");
}

TEST(Events, DataIsCopiedBeforeItsBufferIsGivenBack) {
  std::string buffer("a\0b", 3);
  proto::RoomEvent event;
  auto& packet = *event.mutable_data_packet_received();
  packet.set_participant_identity("callee");
  auto& user = *packet.mutable_user();
  user.set_topic("control");
  user.mutable_data()->mutable_handle()->set_id(9);
  user.mutable_data()->mutable_data()->set_data_ptr(reinterpret_cast<std::uint64_t>(buffer.data()));
  user.mutable_data()->mutable_data()->set_data_len(buffer.size());
  const auto data = event_of(event);
  buffer.assign("xxx");
  EXPECT_EQ(data.kind, Kind::kData);
  EXPECT_EQ(data.payload, std::string("a\0b", 3));
  EXPECT_EQ(data.topic, "control");

  user.mutable_data()->mutable_data()->set_data_ptr(0);
  user.mutable_data()->mutable_data()->set_data_len(0);
  EXPECT_EQ(event_of(event).payload, "");
}

TEST(Events, ADigitArrivesAsText) {
  proto::RoomEvent event;
  event.mutable_data_packet_received()->mutable_sip_dtmf()->set_code(11);
  event.mutable_data_packet_received()->mutable_sip_dtmf()->set_digit("#");
  EXPECT_EQ(event_of(event).kind, Kind::kDtmf);
  EXPECT_EQ(event_of(event).payload, "#");
}

TEST(Events, ChangedAttributesAreAllOfThem) {
  proto::RoomEvent event;
  auto& changed = *event.mutable_participant_attributes_changed();
  changed.set_participant_identity("callee");
  for (const char* key : {"a", "b"}) {
    auto& entry = *changed.add_attributes();
    entry.set_key(key);
    entry.set_value("1");
  }
  EXPECT_EQ(event_of(event).attributes.size(), 2U);
}

TEST(Events, TracksKeepTheirHandles) {
  proto::RoomEvent event;
  auto& published = *event.mutable_track_published();
  published.set_participant_identity("callee");
  published.mutable_publication()->mutable_handle()->set_id(21);
  published.mutable_publication()->mutable_info()->set_kind(proto::KIND_AUDIO);
  const auto publication = std::get<RemotePublication>(translate(event));
  EXPECT_TRUE(publication.audio);
  EXPECT_EQ(publication.publication.id(), 21U);

  auto& subscribed = *event.mutable_track_subscribed();
  subscribed.set_participant_identity("callee");
  subscribed.mutable_track()->mutable_handle()->set_id(22);
  subscribed.mutable_track()->mutable_info()->set_sid("TR_1");
  subscribed.mutable_track()->mutable_info()->set_kind(proto::KIND_VIDEO);
  const auto track = std::get<RemoteTrack>(translate(event));
  EXPECT_FALSE(track.audio);
  EXPECT_EQ(track.sid, "TR_1");
  EXPECT_EQ(track.track.id(), 22U);
}

TEST(Events, TheRoomsOwnFate) {
  proto::RoomEvent event;
  event.mutable_reconnecting();
  EXPECT_EQ(event_of(event).kind, Kind::kReconnecting);
  event.mutable_reconnected();
  EXPECT_EQ(event_of(event).kind, Kind::kReconnected);
  event.mutable_disconnected()->set_reason(proto::ROOM_DELETED);
  EXPECT_EQ(event_of(event).kind, Kind::kDisconnected);
  EXPECT_EQ(event_of(event).reason, DisconnectReason::kRoomDeleted);
  event.mutable_eos();
  EXPECT_TRUE(std::holds_alternative<EndOfEvents>(translate(event)));
}

TEST(Events, WhatASessionHasNoUseForIsNothing) {
  proto::RoomEvent event;
  EXPECT_TRUE(std::holds_alternative<std::monostate>(translate(event)));
  event.mutable_text_stream_opened()->mutable_reader()->mutable_handle()->set_id(3);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(translate(event)));
  event.mutable_data_packet_received();
  EXPECT_TRUE(std::holds_alternative<std::monostate>(translate(event)));
}

}  // namespace
}  // namespace call_agent::livekit::rtc
