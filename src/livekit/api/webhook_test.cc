#include "livekit/api/webhook.h"

#include <gtest/gtest.h>

#include "core/base64.h"
#include "livekit/api/test_key.h"

namespace call_agent::livekit::api {
namespace {

constexpr std::string_view kBody =
    R"({"event":"participant_left","id":"EV_1","createdAt":"1799999999",)"
    R"("room":{"sid":"RM_1","name":"call_1","numParticipants":1,"creationTimeMs":"1799999990123"},)"
    R"("participant":{"identity":"callee","kind":"SIP","state":"DISCONNECTED","disconnectReason":"USER_REJECTED",)"
    R"("joinedAt":"1799999991","attributes":{"sip.callStatus":"hangup"}}})";

TEST(Webhook, IsReadOnceItIsKnownToBeGenuine) {
  const auto event = receive_webhook(kBody, sign_webhook(kBody), kKey, kNow);
  ASSERT_TRUE(event) << event.error().what;
  EXPECT_EQ(event->event, "participant_left");
  EXPECT_EQ(event->id, "EV_1");
  EXPECT_EQ(event->created_at, 1'799'999'999);
  ASSERT_TRUE(event->room);
  EXPECT_EQ(event->room->name, "call_1");
  EXPECT_EQ(event->room->num_participants, 1);
  EXPECT_EQ(event->room->created_ms, 1'799'999'990'123);
  ASSERT_TRUE(event->participant);
  EXPECT_EQ(event->participant->kind, Participant::Kind::kSip);
  EXPECT_EQ(event->participant->state, Participant::State::kDisconnected);
  EXPECT_EQ(event->participant->disconnect_reason, "USER_REJECTED");
  EXPECT_EQ(event->participant->attributes.at("sip.callStatus"), "hangup");
}

TEST(Webhook, ThatWasAlteredIsRefused) {
  std::string altered(kBody);
  altered[altered.size() - 5] ^= 1;
  const auto event = receive_webhook(altered, sign_webhook(kBody), kKey, kNow);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, Errc::kPermission);
}

TEST(Webhook, OfAnotherHandOrTimeIsRefused) {
  const std::string unsigned_token = base64url(R"({"alg":"none"})") + "." + base64url(R"({"iss":"APIkey"})") + ".";
  for (const auto& authorization :
       {std::string(), std::string("Bearer ") + sign_webhook(kBody), sign_webhook(kBody, kNow - 3600), unsigned_token,
        sign_webhook(kBody, kNow + 60, {.key = "APIkey", .secret = "guessed"}),
        sign_token({.grants = {.room_admin = true}}, kKey, kNow)}) {
    const auto event = receive_webhook(kBody, authorization, kKey, kNow);
    ASSERT_FALSE(event) << authorization;
    EXPECT_EQ(event.error().code, Errc::kPermission);
  }
}

TEST(Webhook, ThatIsGenuineButNoEventIsSaidToBe) {
  for (const auto* body : {"", "null", "[]", "{}", R"({"event":7})", "{"}) {
    const auto event = receive_webhook(body, sign_webhook(body), kKey, kNow);
    ASSERT_FALSE(event) << body;
    EXPECT_EQ(event.error().code, Errc::kInvalidArgument);
  }
}

}  // namespace
}  // namespace call_agent::livekit::api
