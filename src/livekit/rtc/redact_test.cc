#include "livekit/rtc/redact.h"

#include <gtest/gtest.h>

namespace call_agent::livekit::rtc {
namespace {

constexpr const char* kJwt = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2lnbmF0dXJl-_";

TEST(Redact, ATokenNeverShows) {
  EXPECT_EQ(redact_secrets(std::string("invalid token: ") + kJwt + ", error"), "invalid token: <redacted>, error");
  EXPECT_EQ(redact_secrets(std::string("got ") + kJwt), "got <redacted>");
  EXPECT_EQ(redact_secrets(std::string(kJwt) + kJwt), "<redacted>");
  EXPECT_EQ(redact_secrets("cut short: eyJhbGciOiJIUzI1NiJ9.eyJpc3M"), "cut short: <redacted>");
}

TEST(Redact, ValuesOfSecretNamesNeverShow) {
  EXPECT_EQ(redact_secrets("GET /rtc?access_token=abc&sdk=cpp"), "GET /rtc?access_token=<redacted>&sdk=cpp");
  EXPECT_EQ(redact_secrets(R"(IceServer { username: "u", password: "p w" })"),
            R"(IceServer { username: "u", password: "<redacted> w" })");
  EXPECT_EQ(redact_secrets("a=ice-pwd:R4nd0m\r\na=ice-ufrag:x"), "a=ice-pwd:<redacted>\r\na=ice-ufrag:x");
  EXPECT_EQ(redact_secrets("Authorization: Bearer abc.def"), "Authorization: <redacted>");
}

TEST(Redact, WordsThatHappenToBeNamesStay) {
  EXPECT_EQ(redact_secrets("token refreshed"), "token refreshed");
  EXPECT_EQ(redact_secrets("eyJ is how a token starts"), "eyJ is how a token starts");
  EXPECT_EQ(redact_secrets("tokens: 3"), "tokens: 3");
  EXPECT_EQ(redact_secrets("password:"), "password:");
  EXPECT_EQ(redact_secrets(""), "");
}

}  // namespace
}  // namespace call_agent::livekit::rtc
