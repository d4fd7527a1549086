#include "app/client_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <vector>

#include "core/json.h"

namespace call_agent::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kExecutable = "/opt/it's ours/call-agent";

Settings settings() {
  return Settings::of({{"LIVEKIT_URL", "ws://127.0.0.1:7880"}, {"LIVEKIT_API_SECRET", "s\"e$c'r\\et"}});
}

std::string config(std::string_view client, const Settings& settings = app::settings()) {
  return client_config(client, settings, kExecutable).value();
}

/// What a POSIX shell makes of the arguments of `claude`, run in one.
std::vector<std::string> arguments_of_claude(const std::string& command) {
  const std::string script = "claude() { printf '%s\\n' \"$@\"; }\n" + command + "\n";
  const std::string path = ::testing::TempDir() + "/claude.sh";
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(script.c_str(), file);
  std::fclose(file);
  std::FILE* shell = popen(("sh " + path).c_str(), "r");
  std::string output;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) output += static_cast<char>(c);
  EXPECT_EQ(pclose(shell), 0);
  std::vector<std::string> words;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) words.push_back(line);
  return words;
}

class McpServersConfig : public ::testing::TestWithParam<std::string> {};

TEST_P(McpServersConfig, HasEveryVariableWithItsValueOrAPlaceholder) {
  const Json entry = Json::parse(config(GetParam()))["mcpServers"]["call-agent"];
  EXPECT_EQ(entry["command"], kExecutable);
  EXPECT_EQ(entry["args"], Json::array({"server"}));
  EXPECT_EQ(entry["env"]["LIVEKIT_URL"], "ws://127.0.0.1:7880");
  EXPECT_EQ(entry["env"]["LIVEKIT_API_SECRET"], "s\"e$c'r\\et");
  EXPECT_EQ(entry["env"]["LIVEKIT_API_KEY"], "YOUR-API-KEY");
  EXPECT_EQ(entry["env"]["SIP_OUTBOUND_TRUNK_ID"], "ST_YOUR-TRUNK");
  EXPECT_FALSE(entry["env"].contains("CALL_AGENT_HOME"));
}
INSTANTIATE_TEST_SUITE_P(Clients, McpServersConfig, ::testing::Values("claude-desktop", "cursor"));

TEST(VsCodeConfig, AsksForTheSecretsAndHoldsNone) {
  const std::string text = config("vscode");
  EXPECT_THAT(text, Not(HasSubstr("c'r")));
  const Json parsed = Json::parse(text);
  const Json& entry = parsed["servers"]["call-agent"];
  EXPECT_EQ(entry["type"], "stdio");
  EXPECT_EQ(entry["command"], kExecutable);
  EXPECT_EQ(entry["args"], Json::array({"server"}));
  EXPECT_EQ(entry["env"]["LIVEKIT_URL"], "ws://127.0.0.1:7880");
  for (const auto& input : parsed["inputs"]) {
    EXPECT_EQ(input["type"], "promptString");
    EXPECT_EQ(input["password"], true);
    const auto id = input["id"].get<std::string>();
    EXPECT_EQ(entry["env"][id], "${input:" + id + "}");
  }
  EXPECT_EQ(parsed["inputs"].size(), 2);
}

TEST(ClaudeCodeCommand, IsReadByAShellAsItIsMeant) {
  EXPECT_THAT(arguments_of_claude(config("claude-code")),
              ElementsAre("mcp", "add", "--scope", "user", "--env", "LIVEKIT_URL=ws://127.0.0.1:7880", "--env",
                          "LIVEKIT_API_KEY=YOUR-API-KEY", "--env", "LIVEKIT_API_SECRET=s\"e$c'r\\et", "--env",
                          "SIP_OUTBOUND_TRUNK_ID=ST_YOUR-TRUNK", "--transport", "stdio", "call-agent", "--",
                          kExecutable, "server"));
}

// tests/e2e reads it with a real TOML reader.
TEST(CodexConfig, EscapesWhatTomlDoesNotAllowInAString) {
  const auto text = config("codex", Settings::of({{"LIVEKIT_API_SECRET", "a\"b\\c\td\x7f"}}));
  EXPECT_THAT(text,
              HasSubstr("[mcp_servers.call-agent]\ncommand = \"/opt/it's ours/call-agent\"\nargs = [\"server\"]\n"));
  EXPECT_THAT(text, HasSubstr("\n[mcp_servers.call-agent.env]\n"));
  EXPECT_THAT(text, HasSubstr(R"(LIVEKIT_API_SECRET = "a\"b\\c\td\u007f")"));
}

TEST(ClientConfig, LeadsEveryClientToTheWorkersCallLog) {
  for (const auto client : kConfigurableClients) {
    EXPECT_THAT(config(client, Settings::of({{"CALL_AGENT_HOME", "/srv/calls"}})), HasSubstr("/srv/calls"));
  }
}

TEST(ClientConfig, RefusesAClientItDoesNotKnow) {
  const auto refused = client_config("emacs", settings(), kExecutable);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("claude-desktop, claude-code, cursor, vscode, codex"));
}

// --- A server reached by HTTP

constexpr auto kUrl = "https://calls.example.com/mcp?of='us'";

TEST(RemoteClientConfig, NamesTheUrlAsEachClientReadsIt) {
  EXPECT_EQ(Json::parse(*remote_client_config("cursor", kUrl))["mcpServers"]["call-agent"]["url"], kUrl);
  const Json vscode = Json::parse(*remote_client_config("vscode", kUrl))["servers"]["call-agent"];
  EXPECT_EQ(vscode["type"], "http");
  EXPECT_EQ(vscode["url"], kUrl);
  EXPECT_THAT(arguments_of_claude(*remote_client_config("claude-code", kUrl)),
              ElementsAre("mcp", "add", "--scope", "user", "--transport", "http", "call-agent", kUrl));
  EXPECT_EQ(*remote_client_config("codex", kUrl), std::string("[mcp_servers.call-agent]\nurl = \"") + kUrl + "\"");
}

TEST(RemoteClientConfig, SaysWhereClaudeDesktopTakesOne) {
  const auto refused = remote_client_config("claude-desktop", kUrl);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("Connectors"));
}

TEST(RemoteClientConfig, TakesOnlyAUrl) {
  for (const auto* url : {"127.0.0.1:8719", "file:///etc/passwd", "https://a b", "https://a\nb"}) {
    EXPECT_FALSE(remote_client_config("cursor", url)) << url;
  }
}

}  // namespace
}  // namespace call_agent::app
