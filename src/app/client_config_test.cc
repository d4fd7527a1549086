#include "app/client_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.h"

namespace call_agent::app {
namespace {

TEST(ClaudeDesktopConfig, HasEveryVariableWithItsValueOrAPlaceholder) {
  const auto settings = Settings::of({{"LIVEKIT_URL", "ws://127.0.0.1:7880"}, {"LIVEKIT_API_SECRET", "s\"ecret"}});
  const Json config = Json::parse(claude_desktop_config(settings, "/opt/call agent/call-agent"));
  const Json& entry = config["mcpServers"]["call-agent"];
  EXPECT_EQ(entry["command"], "/opt/call agent/call-agent");
  EXPECT_EQ(entry["args"], Json::array({"server"}));
  EXPECT_EQ(entry["env"]["LIVEKIT_URL"], "ws://127.0.0.1:7880");
  EXPECT_EQ(entry["env"]["LIVEKIT_API_SECRET"], "s\"ecret");
  EXPECT_EQ(entry["env"]["LIVEKIT_API_KEY"], "YOUR-API-KEY");
  EXPECT_EQ(entry["env"]["SIP_OUTBOUND_TRUNK_ID"], "ST_YOUR-TRUNK");
  EXPECT_FALSE(entry["env"].contains("CALL_AGENT_HOME"));
}

}  // namespace
}  // namespace call_agent::app
