#include "phone/phone.h"

#include <gtest/gtest.h>

namespace call_agent::phone {
namespace {

std::shared_ptr<const Script> silent_script() {
  auto script = std::make_shared<Script>();
  script->scenario = *parse_scenario("{}");
  return script;
}

TEST(HostPort, IsANumericAddressAndAPort) {
  EXPECT_EQ(parse_host_port("127.0.0.1:5080")->host, "127.0.0.1");
  EXPECT_EQ(parse_host_port("127.0.0.1:5080")->port, 5080);
  EXPECT_EQ(parse_host_port("[::1]:0")->host, "::1");
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", ":5080", "127.0.0.1:x", "127.0.0.1:70000", "example.com:5080"}) {
    EXPECT_EQ(parse_host_port(bad).error().code, Errc::kInvalidArgument) << bad;
  }
}

TEST(Phone, RefusesAnAddressOthersReachUnlessAllowed) {
  const auto phone = Phone::start({.host = "192.0.2.1", .script = silent_script()}, EventLog());
  ASSERT_FALSE(phone);
  EXPECT_EQ(phone.error().code, Errc::kPermission);
  EXPECT_NE(phone.error().what.find("--public"), std::string::npos);
}

TEST(Phone, ListensStopsAndCanBeStartedAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto phone = Phone::start({.script = silent_script()}, EventLog());
    ASSERT_TRUE(phone) << phone.error().what;
    EXPECT_NE((*phone)->port(), 0);
    EXPECT_EQ(Phone::start({.script = silent_script()}, EventLog()).error().code, Errc::kConflict);
  }
}

TEST(Phone, NeedsAScriptAndAUsableAddress) {
  EXPECT_EQ(Phone::start({}, EventLog()).error().code, Errc::kInvalidArgument);
  for (const auto* host : {"nonsense", "", "0.0.0.0", "::"}) {
    const auto phone = Phone::start({.host = host, .allow_public = true, .script = silent_script()}, EventLog());
    EXPECT_EQ(phone.error().code, Errc::kInvalidArgument) << host;
  }
}

}  // namespace
}  // namespace call_agent::phone
