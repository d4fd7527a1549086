#include "app/livekit_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace call_agent::app {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<LiveKitConfig> read(std::map<std::string, std::string> changes, LiveKitConfig::Needs needs) {
  std::map<std::string, std::string> values{
      {"LIVEKIT_URL", "ws://127.0.0.1:7880"}, {"LIVEKIT_API_KEY", "key"}, {"LIVEKIT_API_SECRET", "secret"}};
  for (auto& [name, value] : changes) values.insert_or_assign(name, std::move(value));
  return LiveKitConfig::from(Settings::of(std::move(values)), needs);
}

TEST(LiveKitConfig, TheUrlMayHaveAnyOfTheFourSchemes) {
  const auto url_of = [](const std::string& url) {
    const auto config = read({{"LIVEKIT_URL", url}}, LiveKitConfig::Needs::kServer);
    return config ? config->url : config.error().what;
  };
  EXPECT_EQ(url_of("ws://127.0.0.1:7880"), "ws://127.0.0.1:7880");
  EXPECT_EQ(url_of("http://127.0.0.1:7880"), "ws://127.0.0.1:7880");
  EXPECT_EQ(url_of("wss://p.livekit.cloud"), "wss://p.livekit.cloud");
  EXPECT_EQ(url_of("https://p.livekit.cloud/x"), "wss://p.livekit.cloud/x");
}

TEST(LiveKitConfig, AnythingElseIsRefusedWithAnExample) {
  for (const auto* url : {"127.0.0.1:7880", "ftp://host", "ws://", "wss:host", "https//host", "ws://a b", "http"}) {
    const auto config = read({{"LIVEKIT_URL", url}}, LiveKitConfig::Needs::kServer);
    ASSERT_FALSE(config) << url;
    EXPECT_THAT(config.error().what, HasSubstr("wss://my-project.livekit.cloud")) << url;
  }
}

TEST(LiveKitConfig, EveryMissingVariableIsNamedAtOnce) {
  const auto config = read({{"LIVEKIT_URL", ""}, {"LIVEKIT_API_SECRET", ""}}, LiveKitConfig::Needs::kServerAndTrunk);
  ASSERT_FALSE(config);
  for (const auto* name : {"LIVEKIT_URL", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID"}) {
    EXPECT_THAT(config.error().what, HasSubstr(name));
  }
  EXPECT_THAT(config.error().what, Not(HasSubstr("LIVEKIT_API_KEY is not set")));
  EXPECT_TRUE(read({}, LiveKitConfig::Needs::kServer));  // Who only serves calls needs no trunk.
}

}  // namespace
}  // namespace call_agent::app
