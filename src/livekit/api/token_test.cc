#include "livekit/api/token.h"

#include <gtest/gtest.h>

#include "core/base64.h"
#include "livekit/api/test_key.h"

namespace call_agent::livekit::api {
namespace {

Json payload_of(const std::string& token) {
  const auto first = token.find('.') + 1;
  return *parse_json(*from_base64url(std::string_view(token).substr(first, token.rfind('.') - first)));
}

std::string reason(const Result<Json>& verified) {
  return verified ? "" : verified.error().what;
}

TEST(Token, IsSignedAsTheJwtSpecificationShows) {
  EXPECT_EQ(sign_hs256(R"({"sub":"1234567890","name":"John Doe","iat":1516239022})", "your-256-bit-secret"),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
            "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
            "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
}

TEST(Token, HoldsJustTheGrantsAskedFor) {
  const auto token = sign_token({.grants = {.room_admin = true, .room = "r"}}, kKey, kNow);
  EXPECT_EQ(payload_of(token), (Json{{"iss", "APIkey"},
                                     {"nbf", kNow - 60},
                                     {"exp", kNow + 600},
                                     {"video", {{"roomAdmin", true}, {"room", "r"}}}}));
  EXPECT_EQ(payload_of(sign_token({.grants = {.sip_call = true}}, kKey, kNow))["sip"], (Json{{"call", true}}));
  EXPECT_FALSE(payload_of(sign_token({.grants = {.sip_call = true}}, kKey, kNow)).contains("video"));
}

TEST(Token, NamesAParticipant) {
  const TokenRequest request{.grants = {.room_join = true, .room = "r"},
                             .identity = "me",
                             .name = "Me",
                             .metadata = "m",
                             .attributes = {{"a", "b"}}};
  const auto claims = payload_of(sign_token(request, kKey, kNow));
  EXPECT_EQ(claims["sub"], "me");
  EXPECT_EQ(claims["attributes"]["a"], "b");
  EXPECT_EQ(claims["video"], (Json{{"roomJoin", true}, {"room", "r"}}));
}

TEST(Token, IsVerifiedWithinItsTime) {
  const auto token = sign_token({.grants = {.room_list = true}}, kKey, kNow);
  EXPECT_TRUE(verify_token(token, kKey, kNow));
  EXPECT_TRUE(verify_token(token, kKey, kNow + 630)) << "a minute of clock difference";
  EXPECT_EQ(reason(verify_token(token, kKey, kNow + 700)), "token has expired");
  EXPECT_EQ(reason(verify_token(token, kKey, kNow - 200)), "token is not valid yet");
}

TEST(Token, OfAnotherHandIsRefused) {
  const auto token = sign_token({}, kKey, kNow);
  EXPECT_EQ(reason(verify_token(token, {.key = "APIkey", .secret = "x"}, kNow)), "token has a wrong signature");
  EXPECT_EQ(reason(verify_token(token, {.key = "other", .secret = kKey.secret}, kNow)), "token is by another API key");

  std::string altered = token;
  altered[altered.find('.') + 3] ^= 1;
  EXPECT_FALSE(verify_token(altered, kKey, kNow));
  EXPECT_FALSE(verify_token(token + "A", kKey, kNow));
  EXPECT_FALSE(verify_token(token.substr(0, token.rfind('.') + 1), kKey, kNow));
}

TEST(Token, WithoutASignatureIsRefused) {
  const std::string claims = base64url(R"({"iss":"APIkey","exp":1900000000})");
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":["HS256"]})", R"({})", R"([])"}) {
    EXPECT_FALSE(verify_token(base64url(header) + "." + claims + ".", kKey, kNow)) << header;
  }
}

TEST(Token, ThatNeverExpiresOrIsNoTokenIsRefused) {
  EXPECT_EQ(reason(verify_token(sign_hs256(R"({"iss":"APIkey"})", kKey.secret), kKey, kNow)), "token has expired");
  EXPECT_FALSE(verify_token(sign_hs256(R"({"iss":"APIkey","exp":1e300})", kKey.secret), kKey, kNow));
  EXPECT_FALSE(verify_token(sign_hs256("[]", kKey.secret), kKey, kNow));
  EXPECT_FALSE(verify_token(sign_hs256("{", kKey.secret), kKey, kNow));
  for (const auto* text : {"", ".", "..", "a.b", "a.b.c", "a.b.c.d", "not a token"}) {
    EXPECT_EQ(verify_token(text, kKey, kNow).error().code, Errc::kPermission) << text;
  }
}

}  // namespace
}  // namespace call_agent::livekit::api
